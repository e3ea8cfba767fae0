// Group normalization with or without SiLU behind it, and its gradient: lib/nn/group-norm.ts says what they compute.
#pragma once

#include <cmath>

#include "handles.h"
#include "simd.h"
#include "threads.h"

namespace genlab {

struct Norm {
  int64_t images, places, channels, groups;
  float epsilon;
  bool silu;
};

// The sum over each group's channels, in the place of each of its channels.
GENLAB_INLINE void sumGroups(float *sums, const Norm &norm) {
  const int64_t width = norm.channels / norm.groups;
  for (int64_t first = 0; first < norm.channels; first += width) {
    float sum = 0;
    for (int64_t c = first; c < first + width; c++) sum += sums[c];
    for (int64_t c = first; c < first + width; c++) sums[c] = sum;
  }
}

// One image. x and y: [places, channels]; mean and rstd, of each channel's group: [channels].
GENLAB_EACH_PROCESSOR
static void normImage(const Norm &norm, In x, In gamma, In beta, Out y, Out mean, Out rstd, Out scale, Out shift) {
  const int64_t channels = norm.channels;
  const float share = 1.0f / static_cast<float>(norm.places * (channels / norm.groups));
  for (int64_t c = 0; c < channels; c++) mean[c] = rstd[c] = 0;
  for (int64_t p = 0; p < norm.places; p++) {
    const float *row = x + p * channels;
    for (int64_t c = 0; c < channels; c++) mean[c] += row[c];
  }
  sumGroups(mean, norm);
  for (int64_t c = 0; c < channels; c++) mean[c] *= share;
  for (int64_t p = 0; p < norm.places; p++) {
    const float *row = x + p * channels;
    for (int64_t c = 0; c < channels; c++) rstd[c] += (row[c] - mean[c]) * (row[c] - mean[c]);
  }
  sumGroups(rstd, norm);
  for (int64_t c = 0; c < channels; c++) {
    rstd[c] = 1.0f / std::sqrt(rstd[c] * share + norm.epsilon);
    scale[c] = rstd[c] * gamma[c];
    shift[c] = beta[c];
  }
  for (int64_t p = 0; p < norm.places; p++) {
    const float *row = x + p * channels;
    float *out = y + p * channels;
    if (norm.silu) {
      for (int64_t c = 0; c < channels; c++) {
        const float z = (row[c] - mean[c]) * scale[c] + shift[c];
        out[c] = z * sigmoid(z);
      }
    } else {
      for (int64_t c = 0; c < channels; c++) out[c] = (row[c] - mean[c]) * scale[c] + shift[c];
    }
  }
}

// One image. Gives dx, and what this image adds to the gradients of gamma and beta: sumX and sum, [channels].
GENLAB_EACH_PROCESSOR
static void normImageGradient(const Norm &norm, In dy, In x, In gamma, In beta, In mean, In rstd, Out dx, Out sumX,
                              Out sum, Out slope, Out shift) {
  const int64_t channels = norm.channels;
  const float share = 1.0f / static_cast<float>(norm.places * (channels / norm.groups));
  for (int64_t c = 0; c < channels; c++) sumX[c] = sum[c] = 0;
  for (int64_t p = 0; p < norm.places; p++) {
    const float *row = x + p * channels, *in = dy + p * channels;
    float *out = dx + p * channels;
    if (norm.silu) {
      for (int64_t c = 0; c < channels; c++) {
        const float normed = (row[c] - mean[c]) * rstd[c], z = normed * gamma[c] + beta[c], gate = sigmoid(z);
        const float g = in[c] * (gate + z * gate * (1.0f - gate));
        out[c] = g;
        sum[c] += g;
        sumX[c] += g * normed;
      }
    } else {
      for (int64_t c = 0; c < channels; c++) {
        out[c] = in[c];
        sum[c] += in[c];
        sumX[c] += in[c] * (row[c] - mean[c]) * rstd[c];
      }
    }
  }
  for (int64_t c = 0; c < channels; c++) {
    slope[c] = sumX[c] * gamma[c] * share;
    shift[c] = sum[c] * gamma[c] * share;
  }
  sumGroups(slope, norm);
  sumGroups(shift, norm);
  for (int64_t p = 0; p < norm.places; p++) {
    const float *row = x + p * channels;
    float *out = dx + p * channels;
    for (int64_t c = 0; c < channels; c++) {
      out[c] = rstd[c] * (out[c] * gamma[c] - shift[c] - (row[c] - mean[c]) * rstd[c] * slope[c]);
    }
  }
}

struct NormCall {
  Tensor x, gamma, beta;
  Norm norm;

  // x: [B, N, C]
  NormCall(TFJSBackend *backend, int32_t xId, int32_t gammaId, int32_t betaId, const std::vector<double> &settings)
      : x(backend, xId), gamma(backend, gammaId), beta(backend, betaId) {
    const auto shape = x.shape();
    if (shape.size() != 3) throw std::runtime_error("group norm needs [B, N, C]");
    norm = {shape[0], shape[1], shape[2], static_cast<int64_t>(settings[0]), static_cast<float>(settings[1]),
            settings[2] != 0};
    if (norm.groups < 1 || norm.channels % norm.groups != 0 || gamma.size() != norm.channels ||
        beta.size() != norm.channels) {
      throw std::runtime_error("the sizes of a group norm do not fit");
    }
  }

  int64_t image() const { return norm.places * norm.channels; }
};

// ids: x, gamma, beta. Gives the result and [2, B, C]: mean and 1/σ of each channel's group.
inline std::vector<Tensor> groupNorm(TFJSBackend *backend, const std::vector<int32_t> &ids,
                                     const std::vector<double> &settings) {
  NormCall call(backend, ids.at(0), ids.at(1), ids.at(2), settings);
  const Norm &norm = call.norm;
  std::vector<Tensor> results;
  results.emplace_back(call.x.shape());
  results.emplace_back(std::vector<int64_t>{2, norm.images, norm.channels});
  float *y = results[0].data(), *mean = results[1].data(), *rstd = mean + norm.images * norm.channels;
  parallel(norm.images, call.x.size(), [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(2 * norm.channels);
    for (int64_t b = begin; b < end; b++) {
      const int64_t at = b * call.image(), statistics = b * norm.channels;
      normImage(norm, call.x.data() + at, call.gamma.data(), call.beta.data(), y + at, mean + statistics,
                rstd + statistics, scratch.data(), scratch.data() + norm.channels);
    }
  });
  return results;
}

// ids: x, gamma, beta, the second result of groupNorm, dy. Gives the gradients of x, gamma and beta.
inline std::vector<Tensor> groupNormGradient(TFJSBackend *backend, const std::vector<int32_t> &ids,
                                             const std::vector<double> &settings) {
  NormCall call(backend, ids.at(0), ids.at(1), ids.at(2), settings);
  const Tensor statistics(backend, ids.at(3)), dy(backend, ids.at(4));
  const Norm &norm = call.norm;
  const int64_t channels = norm.channels, each = norm.images * channels;
  if (statistics.size() != 2 * each || dy.size() != call.x.size()) {
    throw std::runtime_error("the sizes of a group norm's gradient do not fit");
  }
  std::vector<Tensor> results;
  results.emplace_back(call.x.shape());
  results.emplace_back(std::vector<int64_t>{channels});
  results.emplace_back(std::vector<int64_t>{channels});
  float *dx = results[0].data();
  const float *mean = statistics.data(), *rstd = mean + each;
  std::vector<float> sums(2 * each);
  parallel(norm.images, call.x.size(), [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(2 * channels);
    for (int64_t b = begin; b < end; b++) {
      const int64_t at = b * call.image(), of = b * channels;
      normImageGradient(norm, dy.data() + at, call.x.data() + at, call.gamma.data(), call.beta.data(), mean + of,
                        rstd + of, dx + at, sums.data() + of, sums.data() + each + of, scratch.data(),
                        scratch.data() + channels);
    }
  });
  for (int which : {0, 1}) {
    float *total = results[1 + which].data();
    for (int64_t c = 0; c < channels; c++) total[c] = 0;
    for (int64_t i = 0; i < each; i++) total[i % channels] += sums[which * each + i];
  }
  return results;
}

}  // namespace genlab
