// The binary interface of the public harness `flash1-dev/matching-engine-benchmark`, from its documentation.
// Sizes and offsets are what counts; they are asserted below.
#ifndef LOCKSTEP_MATCHING_HARNESS_ABI_H
#define LOCKSTEP_MATCHING_HARNESS_ABI_H

#include <stddef.h>
#include <stdint.h>

// A new order. Side: 0 buys, 1 sells.
typedef struct {
  uint64_t order_id;
  uint64_t sequence_number;
  int64_t price_ticks;
  uint32_t quantity;
  uint8_t side;
  uint8_t ioc;
  uint8_t padding[2];
} harness_new_order;

typedef struct {
  uint64_t order_id;
  uint64_t sequence_number;
} harness_cancel;

// Cancel and enter again: price and quantity replace the old ones, priority is lost.
typedef struct {
  uint64_t order_id;
  uint64_t sequence_number;
  int64_t new_price_ticks;
  uint32_t new_quantity;
  uint8_t side;
  uint8_t padding[3];
} harness_modify;

// A message of a batch. Type: 0 new order, 1 cancel, 2 modify.
typedef struct {
  uint8_t type;
  uint8_t padding[7];
  union {
    harness_new_order new_order;
    harness_cancel cancel;
    harness_modify modify;
  };
} harness_message;

// Type: 0 order taken, 1 trade, 2 cancelled, 3 modified, 4 cancel refused, 5 modify refused.
typedef struct {
  uint8_t type;
  uint8_t side;
  uint8_t padding[6];
  uint64_t sequence_number;
  uint64_t order_id;
  int64_t price_ticks;
  uint32_t quantity;
  uint32_t padding2;
  uint64_t maker_order_id;
  uint64_t taker_order_id;
  uint64_t padding3;
} harness_report;

// The queue that carries reports to the harness's draining thread.
typedef struct {
  void *(*create)(uint32_t capacity);
  int (*push)(void *handle, const harness_report *report);
  uint32_t (*drain)(void *handle, harness_report *reports, uint32_t most);
  void (*flush)(void *handle);
  void (*destroy)(void *handle);
} harness_transport;

_Static_assert(sizeof(harness_new_order) == 32, "new order");
_Static_assert(sizeof(harness_cancel) == 16, "cancel");
_Static_assert(sizeof(harness_modify) == 32, "modify");
_Static_assert(sizeof(harness_message) == 40, "message");
_Static_assert(sizeof(harness_report) == 64, "report");
_Static_assert(offsetof(harness_message, new_order) == 8, "payload");
_Static_assert(offsetof(harness_report, price_ticks) == 24, "report price");
_Static_assert(offsetof(harness_report, maker_order_id) == 40, "report maker");

#endif
