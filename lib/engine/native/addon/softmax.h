// Softmax over the last axis, and its gradient.
#pragma once

#include "handles.h"
#include "simd.h"
#include "threads.h"

namespace genlab {

// What a row adds up to or has as its largest is kept for each of so many columns: a compiler may not change the order of sums itself.
constexpr int64_t lanes = 16;

GENLAB_INLINE float largest(In x, int64_t width) {
  float most[lanes];
  for (int64_t j = 0; j < lanes; j++) most[j] = x[0];
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    for (int64_t j = 0; j < lanes; j++) most[j] = x[i + j] > most[j] ? x[i + j] : most[j];
  }
  for (; i < width; i++) most[0] = x[i] > most[0] ? x[i] : most[0];
  for (int64_t j = 1; j < lanes; j++) most[0] = most[j] > most[0] ? most[j] : most[0];
  return most[0];
}

// Σ a·b
GENLAB_INLINE float product(In a, In b, int64_t width) {
  float sum[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    for (int64_t j = 0; j < lanes; j++) sum[j] += a[i + j] * b[i + j];
  }
  for (; i < width; i++) sum[0] += a[i] * b[i];
  for (int64_t j = 1; j < lanes; j++) sum[0] += sum[j];
  return sum[0];
}

GENLAB_INLINE float total(In x, int64_t width) {
  float sum[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    for (int64_t j = 0; j < lanes; j++) sum[j] += x[i + j];
  }
  for (; i < width; i++) sum[0] += x[i];
  for (int64_t j = 1; j < lanes; j++) sum[0] += sum[j];
  return sum[0];
}

GENLAB_EACH_PROCESSOR
static void softmaxRows(In x, Out y, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *in = x + row * width;
    float *out = y + row * width;
    const float most = largest(in, width);
    for (int64_t i = 0; i < width; i++) {
      const float z = in[i] - most;
      out[i] = z < -87.0f ? 0.0f : exponential(z);  // what is masked by −∞ or −1e9 gets nothing at all
    }
    const float share = 1.0f / total(out, width);
    for (int64_t i = 0; i < width; i++) out[i] *= share;
  }
}

// dx = y (dy − Σ dy·y)
GENLAB_EACH_PROCESSOR
static void softmaxGradientRows(In dy, In y, Out dx, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *in = dy + row * width, *share = y + row * width;
    float *out = dx + row * width;
    const float sum = product(in, share, width);
    for (int64_t i = 0; i < width; i++) out[i] = share[i] * (in[i] - sum);
  }
}

inline int64_t widthOf(const Tensor &x) {
  const auto shape = x.shape();
  if (shape.empty() || x.size() == 0) throw std::runtime_error("softmax needs numbers along an axis");
  return shape.back();
}

// ids: x [..., n]. Gives its softmax over the last axis.
inline std::vector<Tensor> softmax(TFJSBackend *backend, const std::vector<int32_t> &ids, const std::vector<double> &) {
  const Tensor x(backend, ids.at(0));
  const int64_t width = widthOf(x);
  std::vector<Tensor> results;
  results.emplace_back(x.shape());
  parallel(x.size() / width, x.size(), [&](int64_t begin, int64_t end) {
    softmaxRows(x.data(), results[0].data(), width, begin, end);
  });
  return results;
}

// ids: dy and the softmax y, of one shape. Gives the gradient of x.
inline std::vector<Tensor> softmaxGradient(TFJSBackend *backend, const std::vector<int32_t> &ids,
                                           const std::vector<double> &) {
  const Tensor dy(backend, ids.at(0)), y(backend, ids.at(1));
  const int64_t width = widthOf(y);
  if (dy.size() != y.size()) throw std::runtime_error("the sizes of a softmax's gradient do not fit");
  std::vector<Tensor> results;
  results.emplace_back(y.shape());
  parallel(y.size() / width, y.size(), [&](int64_t begin, int64_t end) {
    softmaxGradientRows(dy.data(), y.data(), results[0].data(), width, begin, end);
  });
  return results;
}

}  // namespace genlab
