// Program 5: nn::Linear(1, 1, bias false), MSELoss, SGD. With the argument `notebook`: the cells as they had
// been re-run when the page was saved.
#include <string_view>
#include <vector>

#include "plot.h"
#include "print.h"

namespace nn = tw::nn;
namespace optim = tw::optim;
using tw::FloatTensor, tw::Tensor, tw::Variable;

struct Model {
  nn::Linear linear{1, 1, {.bias = false}};
  Tensor operator()(const Tensor& x) const {
    Tensor y_pred = linear(x);
    return y_pred;
  }
};

int main(int argc, char** argv) {
  bool as_saved = argc > 1 && std::string_view(argv[1]) == "notebook";
  tw::set_warning_handler([](std::string_view category, std::string_view message) {
    print(std::string(category) + ": " + std::string(message));
  });

  tw::manual_seed(2);
  Tensor x_data = Variable(FloatTensor({{1}, {2}, {3}}));
  Tensor y_data = Variable(FloatTensor({{2}, {4}, {6}}));

  int extra_models = as_saved ? 2 : 0;
  std::vector<int> all_epochs = as_saved ? std::vector{20, 30} : std::vector{30};
  for (int i = 0; i < extra_models; ++i) Model();
  Model model;
  print(model);
  print(tw::parameters(model));

  nn::MSELoss criterion({.size_average = true});
  print(criterion);
  optim::SGD optimizer(tw::parameters(model), {.lr = 0.01});
  print(optimizer);

  std::vector<double> all_cost;
  std::vector<Tensor> cost;
  Tensor loss;
  for (int epochs : all_epochs) {
    cost.clear();
    for (int epoch = 0; epoch < epochs; ++epoch) {
      Tensor y_hat = model(x_data);
      loss = criterion(y_hat, y_data);
      cost.push_back(loss.data());
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    for (const Tensor& c : cost) all_cost.push_back(c.item<double>());
  }
  print(tw::parameters(model));
  print("w", model.linear.weight.item<double>());
  print("cost[0]", cost[0], "loss", loss);
  print("cost", all_cost);

  plot(argc, argv, as_saved ? "p5_linear_notebook" : "p5_linear", all_cost);
}
