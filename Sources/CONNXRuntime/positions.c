#include "CONNXRuntime.h"

// A function that stands elsewhere would be another function.
#define AT(field, position) \
  _Static_assert(offsetof(ort_api, field) == (position) * sizeof(void *), #field)

AT(error_message, 2);
AT(create_env, 3);
AT(disable_telemetry, 6);
AT(create_session, 7);
AT(run, 9);
AT(create_session_options, 10);
AT(set_intra_op_threads, 24);
AT(set_inter_op_threads, 25);
AT(input_count, 30);
AT(output_count, 31);
AT(input_type, 33);
AT(output_type, 34);
AT(input_name, 36);
AT(output_name, 37);
AT(create_tensor, 49);
AT(tensor_data, 51);
AT(tensor_info_of_type, 55);
AT(element_type, 60);
AT(rank, 61);
AT(dimensions, 62);
AT(symbolic_dimensions, 63);
AT(tensor_info_of_value, 65);
AT(create_cpu_memory_info, 69);
AT(allocator_free, 76);
AT(default_allocator, 78);
AT(release_env, 92);
AT(release_status, 93);
AT(release_memory_info, 94);
AT(release_session, 95);
AT(release_value, 96);
AT(release_run_options, 97);
AT(release_type_info, 98);
AT(release_tensor_info, 99);
AT(release_session_options, 100);
