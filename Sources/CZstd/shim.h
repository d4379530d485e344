// The literals-only mode (ZSTD_c_literalCompressionMode) is an experimental parameter.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>
