// Program 1: gradient descent by hand on x^2 + 2x + 1, plain numbers.
#include <cmath>
#include <vector>

#include "plot.h"
#include "print.h"

int main(int argc, char** argv) {
  auto y = [](double x) { return std::pow(x, 2) + 2 * x + 1; };
  double x = 0;
  double lr = 0.1;
  int epochs = 10;
  std::vector<double> cost;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    double dx = 2 * x + 2;
    x -= lr * dx;
    cost.push_back(y(x));
  }
  print(x);
  print("cost", cost);

  plot(argc, argv, "p1_scalar_by_hand", cost);
}
