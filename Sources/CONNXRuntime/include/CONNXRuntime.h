#ifndef CONNXRUNTIME_H
#define CONNXRUNTIME_H

#include <stddef.h>
#include <stdint.h>

// The part of ONNX Runtime's C interface that is called here, written from its documentation.
//
// The runtime hands out one table of functions that only ever grows at its end, so a function's
// position is its identity. Positions that are not called have no name.

#pragma clang assume_nonnull begin

typedef struct ort_status ort_status;
typedef struct ort_env ort_env;
typedef struct ort_session ort_session;
typedef struct ort_session_options ort_session_options;
typedef struct ort_run_options ort_run_options;
typedef struct ort_value ort_value;
typedef struct ort_type_info ort_type_info;
typedef struct ort_tensor_info ort_tensor_info;
typedef struct ort_memory_info ort_memory_info;
typedef struct ort_allocator ort_allocator;

/** The version of the table that holds every function below: ONNX Runtime 1.12 and later. */
enum { ORT_TABLE_VERSION = 12 };

/** How much the runtime says on standard error: errors only. */
enum { ORT_LOG_ERRORS = 3 };

/** Memory from an arena, of the default kind. */
enum { ORT_ARENA_ALLOCATOR = 1, ORT_DEFAULT_MEMORY = 0 };

/** The functions by their position; those that can fail give a status, which is null on success. */
typedef struct {
  void *_Nullable position_0_to_1[2];
  const char *_Nonnull (*_Nonnull error_message)(const ort_status *);
  ort_status *_Nullable (*_Nonnull create_env)(int32_t log_level, const char *log_name,
                                      ort_env *_Nullable *_Nonnull env);
  void *_Nullable position_4_to_5[2];
  ort_status *_Nullable (*_Nonnull disable_telemetry)(const ort_env *);
  ort_status *_Nullable (*_Nonnull create_session)(const ort_env *, const char *path,
                                          const ort_session_options *,
                                          ort_session *_Nullable *_Nonnull session);
  void *_Nullable position_8[1];
  ort_status *_Nullable (*_Nonnull run)(ort_session *, const ort_run_options *_Nullable,
                               const char *_Nullable const *_Nonnull input_names,
                               ort_value *_Nullable const *_Nonnull inputs, size_t input_count,
                               const char *_Nullable const *_Nonnull output_names,
                               size_t output_count,
                               ort_value *_Nullable *_Nonnull outputs);
  ort_status *_Nullable (*_Nonnull create_session_options)(
      ort_session_options *_Nullable *_Nonnull options);
  void *_Nullable position_11_to_23[13];
  ort_status *_Nullable (*_Nonnull set_intra_op_threads)(ort_session_options *, int32_t count);
  ort_status *_Nullable (*_Nonnull set_inter_op_threads)(ort_session_options *, int32_t count);
  void *_Nullable position_26_to_29[4];
  ort_status *_Nullable (*_Nonnull input_count)(const ort_session *, size_t *count);
  ort_status *_Nullable (*_Nonnull output_count)(const ort_session *, size_t *count);
  void *_Nullable position_32[1];
  ort_status *_Nullable (*_Nonnull input_type)(const ort_session *, size_t index,
                                      ort_type_info *_Nullable *_Nonnull type);
  ort_status *_Nullable (*_Nonnull output_type)(const ort_session *, size_t index,
                                       ort_type_info *_Nullable *_Nonnull type);
  void *_Nullable position_35[1];
  ort_status *_Nullable (*_Nonnull input_name)(const ort_session *, size_t index, ort_allocator *,
                                      char *_Nullable *_Nonnull name);
  ort_status *_Nullable (*_Nonnull output_name)(const ort_session *, size_t index, ort_allocator *,
                                       char *_Nullable *_Nonnull name);
  void *_Nullable position_38_to_48[11];
  ort_status *_Nullable (*_Nonnull create_tensor)(const ort_memory_info *, void *data,
                                         size_t byte_count,
                                         const int64_t *shape, size_t rank, int32_t element_type,
                                         ort_value *_Nullable *_Nonnull value);
  void *_Nullable position_50[1];
  ort_status *_Nullable (*_Nonnull tensor_data)(ort_value *, void *_Nullable *_Nonnull data);
  void *_Nullable position_52_to_54[3];
  /** Gives null for a type that is no tensor; what it gives belongs to the type. */
  ort_status *_Nullable (*_Nonnull tensor_info_of_type)(const ort_type_info *,
                                               const ort_tensor_info *_Nullable *_Nonnull info);
  void *_Nullable position_56_to_59[4];
  ort_status *_Nullable (*_Nonnull element_type)(const ort_tensor_info *, int32_t *type);
  ort_status *_Nullable (*_Nonnull rank)(const ort_tensor_info *, size_t *rank);
  ort_status *_Nullable (*_Nonnull dimensions)(const ort_tensor_info *, int64_t *sizes,
                                               size_t rank);
  ort_status *_Nullable (*_Nonnull symbolic_dimensions)(const ort_tensor_info *,
                                               const char *_Nullable *_Nonnull names, size_t rank);
  void *_Nullable position_64[1];
  ort_status *_Nullable (*_Nonnull tensor_info_of_value)(const ort_value *,
                                                ort_tensor_info *_Nullable *_Nonnull info);
  void *_Nullable position_66_to_68[3];
  ort_status *_Nullable (*_Nonnull create_cpu_memory_info)(int32_t allocator, int32_t memory,
                                                  ort_memory_info *_Nullable *_Nonnull info);
  void *_Nullable position_70_to_75[6];
  ort_status *_Nullable (*_Nonnull allocator_free)(ort_allocator *, void *_Nullable memory);
  void *_Nullable position_77[1];
  ort_status *_Nullable (*_Nonnull default_allocator)(ort_allocator *_Nullable *_Nonnull allocator);
  void *_Nullable position_79_to_91[13];
  void (*_Nonnull release_env)(ort_env *_Nullable);
  void (*_Nonnull release_status)(ort_status *_Nullable);
  void (*_Nonnull release_memory_info)(ort_memory_info *_Nullable);
  void (*_Nonnull release_session)(ort_session *_Nullable);
  void (*_Nonnull release_value)(ort_value *_Nullable);
  void (*_Nonnull release_run_options)(ort_run_options *_Nullable);
  void (*_Nonnull release_type_info)(ort_type_info *_Nullable);
  void (*_Nonnull release_tensor_info)(ort_tensor_info *_Nullable);
  void (*_Nonnull release_session_options)(ort_session_options *_Nullable);
} ort_api;

/** What the library's one exported function gives: the table, or null when it is too old. */
typedef struct {
  const ort_api *_Nullable (*_Nonnull api)(uint32_t version);
  const char *_Nonnull (*_Nonnull version_text)(void);
} ort_api_base;

/** The exported function, to be found under the name `OrtGetApiBase`. */
typedef const ort_api_base *_Nullable (*ort_get_api_base)(void);

#pragma clang assume_nonnull end

#endif
