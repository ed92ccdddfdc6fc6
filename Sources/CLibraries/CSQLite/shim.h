#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a macro that casts, which Swift does not import.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int count) {
  return sqlite3_bind_text(statement, place, text, count, SQLITE_TRANSIENT);
}
