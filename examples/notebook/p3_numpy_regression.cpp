// Program 3: least squares in NumPy, float64.
#include <vector>

#include "plot.h"
#include "print.h"

namespace np = tw::numpy;
using tw::Tensor;

int main(int argc, char** argv) {
  auto f = [](const Tensor& x) { return 2 * x.pow(2) + 3 * x + 4; };
  int n = 3;
  Tensor x_data = np::arange(n).reshape({1, n});
  std::vector<Tensor> rows;
  for (Tensor i : x_data) rows.push_back(f(i));
  Tensor y_data = np::array(rows);

  int epochs = 400;
  double lr = 0.1;
  Tensor w = np::ones({3, 1}, tw::float64);
  std::vector<np::Number> cost;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Tensor x = np::concatenate({x_data.pow(2), x_data});
    x = np::concatenate({x, np::ones({1, n})});
    Tensor yhat = np::dot(w.T(), x);
    np::Number loss = np::average((y_data - yhat).pow(2));
    cost.push_back(loss);
    Tensor dw = (-2.0 / np::shape(y_data)[1]) * np::dot(x, (y_data - yhat).T());
    w -= dw * lr;
  }
  print("w:", np::str(w));
  print("w", np::ravel(w).to_vector<double>());
  print("cost[0]", np::repr(cost[0]));
  for (double c : cost) print(c);

  plot(argc, argv, "p3_numpy_regression", {cost.begin(), cost.end()});
}
