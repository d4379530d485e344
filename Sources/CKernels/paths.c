#include "CKernels.h"

bool kernel_path_is_supported(kernel_path path) {
  switch (path) {
  case KERNEL_SCALAR:
    return true;
#if defined(__x86_64__)
  case KERNEL_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
  case KERNEL_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
#endif
  default:
    return false;
  }
}

kernel_path kernel_best_path(void) {
  kernel_path path = KERNEL_AVX512;
  while (!kernel_path_is_supported(path)) path--;
  return path;
}
