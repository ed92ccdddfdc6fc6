#pragma once
#include <hdf5.h>
#include <string.h>

// Swift does not import these names: they are macros that cast, or that open the library before they read a variable.
static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_whole_space(void) { return H5S_ALL; }
static inline hsize_t chdf5_unlimited(void) { return H5S_UNLIMITED; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hid_t chdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_memory_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_memory_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_memory_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_memory_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_memory_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_file_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline hid_t chdf5_object_reference(void) { return H5T_STD_REF_OBJ; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }


// Without HDF5's work at exit, which would end in a crash where a file could not be written to a full disk. It counts only
// before the first other call.
static inline void chdf5_skip_exit(void) { H5dont_atexit(); }

// Errors are returned as text, not printed. The setting belongs to the calling thread.
static inline void chdf5_be_silent(void) { chdf5_skip_exit(); H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

struct chdf5_message { char text[512]; };

static inline herr_t chdf5_keep_innermost(unsigned depth, const H5E_error2_t *error, void *message) {
  if (depth == 0 && error->desc) strncpy(((struct chdf5_message *)message)->text, error->desc, 511);
  return 0;
}

// What went wrong first in the last call of this thread; walking the error stack needs a C function pointer.
static inline void chdf5_last_error(char *text, size_t size) {
  struct chdf5_message message;
  memset(&message, 0, sizeof message);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_keep_innermost, &message);
  strncpy(text, message.text, size - 1);
  text[size - 1] = 0;
}
