#include "lib/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RECS_PIN_STATUS(name, value) _Static_assert(RECS_PINNED_##name == (value), "status codes are pinned");
enum {
  RECS_PINNED_OK = RECS_OK,
  RECS_PINNED_NOMEM = RECS_ERROR_NOMEM,
  RECS_PINNED_INVALID = RECS_ERROR_INVALID,
  RECS_PINNED_NOT_FOUND = RECS_ERROR_NOT_FOUND,
  RECS_PINNED_IO = RECS_ERROR_IO,
  RECS_PINNED_FORMAT = RECS_ERROR_FORMAT,
  RECS_PINNED_VERSION = RECS_ERROR_VERSION,
  RECS_PINNED_CANCELLED = RECS_ERROR_CANCELLED,
  RECS_PINNED_NUMERIC = RECS_ERROR_NUMERIC,
  RECS_PINNED_UNSUPPORTED = RECS_ERROR_UNSUPPORTED,
  RECS_PINNED_OVERFLOW = RECS_ERROR_OVERFLOW,
  RECS_PINNED_STATE = RECS_ERROR_STATE,
  RECS_PINNED_USER = RECS_ERROR_USER,
  RECS_PINNED_INTERNAL = RECS_ERROR_INTERNAL
};
RECS_STATUS_LIST(RECS_PIN_STATUS)

static _Thread_local char last_error[RECS__MESSAGE_SIZE];

const char *recs_strerror(int32_t status) {
  switch (status) {
#define RECS_NAME_STATUS(name, value) \
  case value:                         \
    return #name;
    RECS_STATUS_LIST(RECS_NAME_STATUS)
  default:
    return "UNKNOWN";
  }
}

const char *recs_last_error(void) {
  return last_error;
}

size_t recs_last_error_copy(char *out, size_t capacity) {
  size_t length = strlen(last_error);
  if (out != NULL && capacity > 0) {
    size_t kept = length < capacity ? length : capacity - 1;
    memcpy(out, last_error, kept);
    out[kept] = 0;
  }
  return length;
}

void recs__enter(void) {
  last_error[0] = 0;
}

int32_t recs__fail(int32_t status, const char *format, ...) {
  /* Built beside the old message, so that a message may quote the one it replaces. */
  char message[RECS__MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  memcpy(last_error, message, sizeof message);
  return status;
}

int32_t recs__fail_nomem(void) {
  return recs__fail(RECS_ERROR_NOMEM, "out of memory");
}

int32_t recs__fail_null(const char *argument) {
  return recs__fail(RECS_ERROR_INVALID, "%s is NULL", argument);
}

/* One byte of foreign text as it goes into a message; returns its length in `out` (at most 4). */
static size_t quote_byte(char out[4], unsigned char byte) {
  static const char hex[] = "0123456789abcdef";
  if (byte >= 0x20 && byte != 0x7f && byte != '"' && byte != '\\') {
    out[0] = (char)byte;
    return 1;
  }
  out[0] = '\\';
  if (byte == '"' || byte == '\\') {
    out[1] = (char)byte;
    return 2;
  }
  if (byte == '\n' || byte == '\r' || byte == '\t') {
    out[1] = byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't';
    return 2;
  }
  out[1] = 'x';
  out[2] = hex[byte >> 4];
  out[3] = hex[byte & 15];
  return 4;
}

const char *recs__quote(char *out, size_t size, const char *text, size_t length) {
  static const char tail[] = "...\"";
  size_t used = 0;
  out[used++] = '"';
  for (size_t i = 0; i < length; i++) {
    char piece[4];
    size_t bytes = quote_byte(piece, (unsigned char)text[i]);
    /* Room for this piece and for the longer of the two endings. */
    if (used + bytes + sizeof tail > size) {
      /* Never cut inside a UTF-8 character. */
      while (used > 1 && ((unsigned char)text[i] & 0xc0) == 0x80 && ((unsigned char)out[used - 1] & 0x80) != 0) {
        used -= 1;
        i -= 1;
      }
      memcpy(out + used, tail, sizeof tail);
      return out;
    }
    memcpy(out + used, piece, bytes);
    used += bytes;
  }
  out[used++] = '"';
  out[used] = 0;
  return out;
}
