// The limit: what the same work costs as plain C++ loops with hand-derived gradients, compiled for this
// machine.
#include <cmath>
#include <vector>

#include "rows.h"

namespace {

using rows::keep;

// (a) y = x^2 + 2x + 1 by gradient descent.
[[gnu::noinline]] void step_a(float* x) {
  float y = *x * *x + 2 * *x + 1;
  keep(y);
  float grad = 2 * *x + 2;
  *x -= 0.1f * grad;
}
void a(int64_t n) {
  float x = 1;
  for (int64_t i = 0; i < n; ++i) step_a(&x);
  keep(x);
}

// (b) yhat = w x on three samples, mean squared error.
[[gnu::noinline]] void step_b(float* w, const float* x, const float* y) {
  float loss = 0, grad = 0;
  for (int i = 0; i < 3; ++i) {
    float d = *w * x[i] - y[i];
    loss += d * d;
    grad += 2 * d * x[i];
  }
  loss /= 3;
  keep(loss);
  *w -= 0.1f * grad / 3;
}
void b(int64_t n) {
  float w = 0;
  const float x[] = {1, 2, 3}, y[] = {2, 4, 6};
  for (int64_t i = 0; i < n; ++i) step_b(&w, x, y);
  keep(w);
}

// (c) a linear layer of one weight, four samples.
[[gnu::noinline]] void step_c(float* w, const float* x, const float* y) {
  float loss = 0, grad = 0;
  for (int i = 0; i < 4; ++i) {
    float d = *w * x[i] - y[i];
    loss += d * d;
    grad += 2 * d * x[i];
  }
  loss /= 4;
  keep(loss);
  *w -= 0.01f * grad / 4;
}
void c(int64_t n) {
  float w = 0.5f;
  const float x[] = {1, 2, 3, 4}, y[] = {2, 4, 6, 8};
  for (int64_t i = 0; i < n; ++i) step_c(&w, x, y);
  keep(w);
}

// (d) 2-16-16-1, tanh, 32 samples, mean squared error, Adam. Sixteen units are one vector.
typedef float V __attribute__((vector_size(64)));
V splat(float f) { return V{} + f; }
// Rational approximation of Eigen's float tanh (13/6), clamped.
V tanh16(V x) {
  const V hi = splat(7.90531110763549805f);
  V m = x > hi ? hi : x;
  x = m < -hi ? -hi : m;
  V x2 = x * x;
  V p = splat(-2.76076847742355e-16f);
  for (float k : {2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f, 1.48572235717979e-05f,
                  6.37261928875436e-04f, 4.89352455891786e-03f})
    p = p * x2 + k;
  V q = splat(1.19825839466702e-06f);
  for (float k : {1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f}) q = q * x2 + k;
  return x * p / q;
}

struct Mlp {
  V w1[2], b1, w2[16], b2, w3;
  float b3;
};
struct Adam {
  Mlp p, m, v;
  double t = 0;
};

void adam(float* p, const float* g, float* m, float* v, int n, double t) {
  float c1 = static_cast<float>(0.001 / (1 - std::pow(0.9, t))),
        c2 = static_cast<float>(std::sqrt(1 - std::pow(0.999, t)));
  for (int i = 0; i < n; ++i) {
    m[i] += 0.1f * (g[i] - m[i]);
    v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
    p[i] -= c1 * m[i] / (std::sqrt(v[i]) / c2 + 1e-8f);
  }
}

[[gnu::noinline]] void step_d(Adam* s, const float (*x)[2], const float* y) {
  Mlp& p = s->p;
  Mlp g = {};
  V h1[32], h2[32];
  float loss = 0;
  for (int i = 0; i < 32; ++i) h1[i] = tanh16(p.b1 + p.w1[0] * x[i][0] + p.w1[1] * x[i][1]);
  for (int i = 0; i < 32; ++i) {
    V z = p.b2;
    for (int k = 0; k < 16; ++k) z += p.w2[k] * h1[i][k];
    h2[i] = tanh16(z);
  }
  for (int i = 0; i < 32; ++i) {
    V prod = p.w3 * h2[i];
    float out = p.b3;
    for (int k = 0; k < 16; ++k) out += prod[k];
    float d = out - y[i];
    loss += d * d;
    float go = d * (2.0f / 32);
    g.b3 += go;
    g.w3 += h2[i] * go;
    V gz2 = p.w3 * go * (1 - h2[i] * h2[i]);
    g.b2 += gz2;
    V gh1;
    for (int k = 0; k < 16; ++k) {
      g.w2[k] += gz2 * h1[i][k];
      V t = p.w2[k] * gz2;
      float sum = 0;
      for (int j = 0; j < 16; ++j) sum += t[j];
      gh1[k] = sum;
    }
    V gz1 = gh1 * (1 - h1[i] * h1[i]);
    g.b1 += gz1;
    g.w1[0] += gz1 * x[i][0];
    g.w1[1] += gz1 * x[i][1];
  }
  keep(loss);
  s->t += 1;
  adam(reinterpret_cast<float*>(&p), reinterpret_cast<const float*>(&g), reinterpret_cast<float*>(&s->m),
       reinterpret_cast<float*>(&s->v), sizeof(Mlp) / sizeof(float), s->t);
}
void d(int64_t n) {
  static Adam s;
  static float x[32][2], y[32];
  for (int i = 0; i < 32; ++i) {
    x[i][0] = static_cast<float>(std::sin(i));
    x[i][1] = static_cast<float>(std::cos(3 * i));
    y[i] = x[i][0] * x[i][1];
  }
  auto* p = reinterpret_cast<float*>(&s.p);
  for (size_t i = 0; i < sizeof(Mlp) / sizeof(float); ++i)
    p[i] = static_cast<float>(0.3 * std::sin(7.0 * static_cast<double>(i)));
  for (int64_t i = 0; i < n; ++i) step_d(&s, x, y);
  keep(s);
}

// out = x + y and the like, elementwise.
template <int N>
struct Arrays {
  std::vector<float> x, y, out;
  Arrays() : x(N, 1.5f), y(N, 2.5f), out(N) {}
};
template <int N>
[[gnu::noinline]] void add_loop(float* __restrict out, const float* __restrict x, const float* __restrict y) {
  for (int i = 0; i < N; ++i) out[i] = x[i] + y[i];
}
template <int N>
void add(int64_t n) {
  static Arrays<N> arrays;
  for (int64_t i = 0; i < n; ++i) {
    add_loop<N>(arrays.out.data(), arrays.x.data(), arrays.y.data());
    keep(arrays);
  }
}
template <int N>
[[gnu::noinline]] void relu_loop(float* __restrict out, const float* __restrict x) {
  for (int i = 0; i < N; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
template <int N>
void relu(int64_t n) {
  static Arrays<N> arrays;
  for (int64_t i = 0; i < n; ++i) {
    relu_loop<N>(arrays.out.data(), arrays.x.data());
    keep(arrays);
  }
}

constexpr rows::Row table[] = {
    {"a", a},
    {"b", b},
    {"c", c},
    {"d", d},
    {"elem.add.1000", add<1000>},
    {"elem.add.100000", add<100000>},
    {"elem.relu.1000", relu<1000>},
    {"elem.relu.100000", relu<100000>},
};

} // namespace

rows::Run limit_row(const char* name) { return rows::find(table, name); }
