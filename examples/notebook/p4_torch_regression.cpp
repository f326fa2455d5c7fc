// Program 4: y = w x in torch, gradient by autograd, update by hand.
#include <vector>

#include "plot.h"
#include "print.h"

namespace np = tw::numpy;
using tw::FloatTensor, tw::Tensor, tw::Variable;

int main(int argc, char** argv) {
  tw::manual_seed(2);
  Tensor x_data = Variable(FloatTensor({{1}, {2}, {3}}));
  Tensor y_data = Variable(FloatTensor({{2}, {4}, {6}}));

  int epochs = 20;
  double lr = 0.1;
  Tensor w = Variable(FloatTensor({0}), true);
  std::vector<Tensor> cost;
  std::vector<double> ws;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Tensor yhat = x_data * w;
    Tensor loss = tw::mean((yhat - y_data).pow(2));
    cost.push_back(loss.data());
    loss.backward();
    w.data() -= lr * w.grad().data();
    w.grad().data().zero_();
    ws.push_back(w.item<double>());
  }
  print(w.data());
  print("cost[0]", np::repr(cost[0]));
  std::vector<double> costs;
  for (const Tensor& c : cost) costs.push_back(c.item<double>());
  print("cost", costs);
  print("w", ws);

  plot(argc, argv, "p4_torch_regression", costs);
}
