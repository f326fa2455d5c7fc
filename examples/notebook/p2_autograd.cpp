// Program 2: the same by autograd, float32, from 1.
#include <vector>

#include "plot.h"
#include "print.h"

using tw::FloatTensor, tw::Tensor, tw::Variable;

int main(int argc, char** argv) {
  Tensor x = FloatTensor({1});
  x = Variable(x, true);
  print("grad", x.grad(), "data", x.data());

  double lr = 0.1;
  int epochs = 10;
  std::vector<double> cost;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Tensor y = x.pow(2) + 2 * x + 1;
    cost.push_back(y.item<double>());
    y.backward();
    print("grad of epoch" + std::to_string(epoch) + ":", x.grad().data());
    x.data() -= lr * x.grad().data();
    x.grad().data().zero_();
  }
  print(x.data());
  print("cost", cost);
  print("x", tw::repr(x.item<double>()));

  plot(argc, argv, "p2_autograd", cost);
}
