#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The tree of a TOML text, or why there is none.
///
/// With line 0, `bytes` hold the tree in pre-order, integers little-endian. A node is a letter, its line (4 bytes), then:
/// `t` count (4) and per entry key length (4), key, line of the key (4), node; `a` count (4) and nodes; `s` length (4) and
/// text; `i` integer (8); `f` the bits of a double (8); `b` 0 or 1 (1); `d` 1 when the moment is a complete one (1) and its
/// nanoseconds since 1970 (8). With another line, `bytes` are the message.
typedef struct {
  uint8_t *_Nullable bytes;
  size_t count;
  uint32_t line;
  uint32_t column;
} toml_outcome;

/// Parses any bytes; gives a tree or a message, and never throws. Texts above 16 MiB and trees deeper than 128 are refused.
toml_outcome toml_parse_text(const uint8_t *_Nullable text, size_t count);

/// Gives the memory of an outcome back.
void toml_release(toml_outcome outcome);

#ifdef __cplusplus
}
#endif
