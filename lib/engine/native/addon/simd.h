// Loops over numbers that the compiler turns into vector instructions.
#pragma once

#include <cstdint>
#include <cstring>

// Such a loop is compiled several times, and the processor that runs it picks the best. By what a processor can do: a name such as
// arch=skylake-avx512 is matched by that very model alone, and all later ones would take the oldest.
#if defined(__x86_64__) && defined(__ELF__) && defined(__GNUC__) && !defined(__clang__)
#if __GNUC__ >= 12
#define GENLAB_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GENLAB_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define GENLAB_EACH_PROCESSOR
#endif
#define GENLAB_INLINE inline __attribute__((always_inline))

namespace genlab {

// Numbers that are read, and numbers that are written; none of a loop's arrays overlap.
using In = const float *__restrict;
using Out = float *__restrict;

// e^x to 2 units in the last place: 2^n · p(r) with x = n ln 2 + r; the polynomial is that of Cephes (Moshier, 1992).
GENLAB_INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  const float shift = 12582912.0f;  // 1.5 · 2²³: adding it rounds to a whole number
  const float n = (x * 1.44269504f + shift) - shift;
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

GENLAB_INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

}  // namespace genlab
