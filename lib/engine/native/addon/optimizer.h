// What is done to all variables at each step, in place, in one call: Adam, and the running average of weights.
#pragma once

#include <cmath>

#include "handles.h"
#include "simd.h"
#include "threads.h"

namespace genlab {

struct AdamFactors {
  float rate, new1, new2, epsilon;  // new1 and new2: the share of the new gradient in m and v, 1 − β₁ and 1 − β₂
};

GENLAB_EACH_PROCESSOR
static void adamRange(Out variable, Out m, Out v, In gradient, int64_t begin, int64_t end,
                      const AdamFactors &factors) {
  const auto [rate, new1, new2, epsilon] = factors;
  for (int64_t i = begin; i < end; i++) {
    const float g = gradient[i];
    const float mean = m[i] + (g - m[i]) * new1, square = v[i] + (g * g - v[i]) * new2;
    m[i] = mean;
    v[i] = square;
    variable[i] -= rate * mean / (std::sqrt(square) + epsilon);
  }
}

GENLAB_EACH_PROCESSOR
static void averageRange(Out average, In variable, int64_t begin, int64_t end, float share) {
  for (int64_t i = begin; i < end; i++) average[i] += (variable[i] - average[i]) * share;
}

// The tensors of one step, `width` for each variable, all of them of its size.
inline std::vector<std::vector<Tensor>> tensorsOf(TFJSBackend *backend, const std::vector<int32_t> &ids, size_t width) {
  std::vector<std::vector<Tensor>> rows;
  for (size_t first = 0; first + width <= ids.size(); first += width) {
    std::vector<Tensor> row;
    for (size_t i = 0; i < width; i++) row.emplace_back(backend, ids[first + i]);
    for (const Tensor &tensor : row) {
      if (tensor.size() != row[0].size()) throw std::runtime_error("the tensors of a variable differ in size");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// ids: variable, m, v, gradient of each variable. settings: rate, β₁, β₂, ε.
inline std::vector<Tensor> adam(TFJSBackend *backend, const std::vector<int32_t> &ids,
                                const std::vector<double> &settings) {
  const AdamFactors factors = {static_cast<float>(settings.at(0)), static_cast<float>(1 - settings.at(1)),
                               static_cast<float>(1 - settings.at(2)), static_cast<float>(settings.at(3))};
  auto rows = tensorsOf(backend, ids, 4);
  for (auto &row : rows) {
    for (int i : {0, 1, 2}) row[i].makeOwn();
    const int64_t size = row[0].size();
    parallel(size, size, [&](int64_t begin, int64_t end) {
      adamRange(row[0].data(), row[1].data(), row[2].data(), row[3].data(), begin, end, factors);
    });
  }
  return {};
}

// ids: the share that comes anew (a scalar), then average and variable of each.
inline std::vector<Tensor> average(TFJSBackend *backend, const std::vector<int32_t> &ids, const std::vector<double> &) {
  const float share = *Tensor(backend, ids.at(0)).data();
  auto rows = tensorsOf(backend, {ids.begin() + 1, ids.end()}, 2);
  for (auto &row : rows) {
    row[0].makeOwn();
    const int64_t size = row[0].size();
    parallel(size, size, [&](int64_t begin, int64_t end) {
      averageRange(row[0].data(), row[1].data(), begin, end, share);
    });
  }
  return {};
}

}  // namespace genlab
