#pragma once
#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

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

// A file driver over a descriptor that the caller owns. It never tells HDF5 of a failure, because releases 1.10 crash while
// they clean up after one: the first errno is kept in the state, later writes are dropped, and the caller looks.

struct chdf5_disk_state {
  int fault;
  long writes;
  // Number of the write that fails on purpose; negative for none. Tests set it.
  long failing_write;
};

struct chdf5_disk_terms { int descriptor; struct chdf5_disk_state *state; };

struct chdf5_disk { H5FD_t base; struct chdf5_disk_terms terms; haddr_t end_of_allocation, end_of_file; };

static H5FD_t *chdf5_disk_open(const char *name, unsigned flags, hid_t access, haddr_t limit) {
  (void)name, (void)limit;
  const struct chdf5_disk_terms *terms = (const struct chdf5_disk_terms *)H5Pget_driver_info(access);
  struct chdf5_disk *disk = terms ? (struct chdf5_disk *)calloc(1, sizeof *disk) : NULL;
  if (!disk) return NULL;
  disk->terms = *terms;
  struct stat status;
  if (flags & H5F_ACC_TRUNC) {
    if (ftruncate(terms->descriptor, 0) != 0 && !terms->state->fault) terms->state->fault = errno;
  } else if (fstat(terms->descriptor, &status) == 0) {
    disk->end_of_file = (haddr_t)status.st_size;
  }
  return &disk->base;
}

static herr_t chdf5_disk_close(H5FD_t *file) {
  free(file);
  return 0;
}

// The layout of a file follows from these flags and the map of free space: they are those of HDF5's own drivers.
static herr_t chdf5_disk_query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  if (flags) {
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  }
  return 0;
}

static haddr_t chdf5_disk_allocated(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const struct chdf5_disk *)file)->end_of_allocation;
}

static herr_t chdf5_disk_allocate(H5FD_t *file, H5FD_mem_t type, haddr_t end) {
  (void)type;
  ((struct chdf5_disk *)file)->end_of_allocation = end;
  return 0;
}

static haddr_t chdf5_disk_size(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const struct chdf5_disk *)file)->end_of_file;
}

static herr_t chdf5_disk_read(H5FD_t *file, H5FD_mem_t type, hid_t terms, haddr_t place, size_t size, void *target) {
  (void)type, (void)terms;
  struct chdf5_disk *disk = (struct chdf5_disk *)file;
  size_t done = 0;
  while (done < size) {
    ssize_t count = pread(disk->terms.descriptor, (char *)target + done, size - done, (off_t)(place + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && !disk->terms.state->fault) disk->terms.state->fault = errno;
    if (count <= 0) break;
    done += (size_t)count;
  }
  // Space that was never written reads as zeros, as in HDF5's own drivers.
  memset((char *)target + done, 0, size - done);
  return 0;
}

static herr_t chdf5_disk_write(
  H5FD_t *file, H5FD_mem_t type, hid_t terms, haddr_t place, size_t size, const void *source) {
  (void)type, (void)terms;
  struct chdf5_disk *disk = (struct chdf5_disk *)file;
  struct chdf5_disk_state *state = disk->terms.state;
  if (state->writes++ == state->failing_write && !state->fault) state->fault = ENOSPC;
  size_t done = 0;
  while (done < size && !state->fault) {
    ssize_t count = pwrite(disk->terms.descriptor, (const char *)source + done, size - done, (off_t)(place + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      state->fault = count < 0 ? errno : EIO;
    } else {
      done += (size_t)count;
    }
  }
  if (place + size > disk->end_of_file) disk->end_of_file = place + size;
  return 0;
}

static herr_t chdf5_disk_truncate(H5FD_t *file, hid_t terms, hbool_t closing) {
  (void)terms, (void)closing;
  struct chdf5_disk *disk = (struct chdf5_disk *)file;
  if (disk->end_of_file == disk->end_of_allocation) return 0;
  if (!disk->terms.state->fault && ftruncate(disk->terms.descriptor, (off_t)disk->end_of_allocation) != 0)
    disk->terms.state->fault = errno;
  disk->end_of_file = disk->end_of_allocation;
  return 0;
}

// Registered once for the life of the process.
static inline hid_t chdf5_register_disk(void) {
  static H5FD_class_t driver;
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = (H5FD_class_value_t)600;
#endif
  driver.name = "lockstep descriptor";
  driver.maxaddr = (haddr_t)INT64_MAX;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(struct chdf5_disk_terms);
  driver.open = chdf5_disk_open;
  driver.close = chdf5_disk_close;
  driver.query = chdf5_disk_query;
  driver.get_eoa = chdf5_disk_allocated;
  driver.set_eoa = chdf5_disk_allocate;
  driver.get_eof = chdf5_disk_size;
  driver.read = chdf5_disk_read;
  driver.write = chdf5_disk_write;
  driver.truncate = chdf5_disk_truncate;
  const H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  memcpy(driver.fl_map, map, sizeof map);
  return H5FDregister(&driver);
}

static inline herr_t chdf5_use_descriptor(
  hid_t access, hid_t driver, int descriptor, struct chdf5_disk_state *state) {
  struct chdf5_disk_terms terms = {descriptor, state};
  return H5Pset_driver(access, driver, &terms);
}
