#include "lib/data/tables/json.h"

#include <string.h>

enum { MAX_DEPTH = 128 };

static int fail(recs__json *json, const char *fault) {
  json->fault = fault;
  return 0;
}

void recs__json_space(recs__json *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\r' || *json->at == '\n'))
    json->at += 1;
}

int recs__json_take(recs__json *json, char byte) {
  recs__json_space(json);
  if (json->at == json->end || *json->at != byte)
    return 0;
  json->at += 1;
  return 1;
}

/* The four hexadecimal digits of \uXXXX, or -1. */
static int32_t take_hex(recs__json *json) {
  int32_t value = 0;
  if (json->end - json->at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    char c = *json->at++;
    if (c >= '0' && c <= '9')
      value = value * 16 + (c - '0');
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
      value = value * 16 + (c | 0x20) - 'a' + 10;
    else
      return -1;
  }
  return value;
}

/* A character behind "\u"; characters beyond the 16-bit plane come as two halves. Returns it, or -1. */
static int32_t take_character(recs__json *json) {
  int32_t first = take_hex(json);
  int32_t second;
  if (first < 0xd800 || first > 0xdfff)
    return first;
  if (first >= 0xdc00 || json->end - json->at < 2 || json->at[0] != '\\' || json->at[1] != 'u')
    return -1;
  json->at += 2;
  second = take_hex(json);
  if (second < 0xdc00 || second > 0xdfff)
    return -1;
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static size_t put_utf8(char *out, int32_t character) {
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  if (character < 0x800) {
    out[0] = (char)(0xc0 | character >> 6);
    out[1] = (char)(0x80 | (character & 0x3f));
    return 2;
  }
  if (character < 0x10000) {
    out[0] = (char)(0xe0 | character >> 12);
    out[1] = (char)(0x80 | (character >> 6 & 0x3f));
    out[2] = (char)(0x80 | (character & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | character >> 18);
  out[1] = (char)(0x80 | (character >> 12 & 0x3f));
  out[2] = (char)(0x80 | (character >> 6 & 0x3f));
  out[3] = (char)(0x80 | (character & 0x3f));
  return 4;
}

/* What stands behind a backslash, as UTF-8 in `out` (at most 4 bytes); returns its length, 0 for a fault. It is never longer than
 * the escape. */
static size_t take_escape(recs__json *json, char out[4]) {
  static const char names[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;
  int32_t character;
  if (json->at == json->end || *json->at == 0)
    return 0;
  if (*json->at == 'u') {
    json->at += 1;
    character = take_character(json);
    return character < 0 ? 0 : put_utf8(out, character);
  }
  found = strchr(names, *json->at++);
  if (found == NULL)
    return 0;
  out[0] = meanings[found - names];
  return 1;
}

/* Passes bytes that stand for themselves. */
static void pass_plain(recs__json *json) {
  while (json->at < json->end && *json->at != '"' && *json->at != '\\' && (unsigned char)*json->at >= 0x20)
    json->at += 1;
}

static void end_text(recs__cell *out, const char *end) {
  out->length = (uint32_t)(end - out->text);
  out->raw = 0;
}

/* A string behind its opening quote. Decoded in place when `decode`; else only checked. */
static int take_string(recs__json *json, recs__cell *out, int decode) {
  char *to = json->at;
  out->text = to;
  for (;;) {
    char *from = json->at;
    char character[4];
    size_t length;
    pass_plain(json);
    length = (size_t)(json->at - from);
    if (decode && to != from)
      memmove(to, from, length);
    to += length;
    if (json->at == json->end)
      return fail(json, "a string is not closed");
    if (*json->at == '"')
      break;
    if (*json->at++ != '\\')
      return fail(json, "a control character in a string");
    length = take_escape(json, character);
    if (length == 0)
      return fail(json, "a bad escape in a string");
    if (decode)
      memcpy(to, character, length);
    to += length;
  }
  json->at += 1;
  end_text(out, to);
  return 1;
}

static int pass_digits(recs__json *json) {
  const char *first = json->at;
  while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
    json->at += 1;
  return json->at > first;
}

static int pass_one_of(recs__json *json, char a, char b) {
  if (json->at == json->end || (*json->at != a && *json->at != b))
    return 0;
  json->at += 1;
  return 1;
}

static int take_number(recs__json *json, recs__cell *out) {
  static const char fault[] = "a bad number";
  int zero;
  out->text = json->at;
  pass_one_of(json, '-', '-');
  zero = pass_one_of(json, '0', '0');
  if (!zero && !pass_digits(json))
    return fail(json, fault);
  if (pass_one_of(json, '.', '.') && !pass_digits(json))
    return fail(json, fault);
  if (pass_one_of(json, 'e', 'E')) {
    pass_one_of(json, '+', '-');
    if (!pass_digits(json))
      return fail(json, fault);
  }
  end_text(out, json->at);
  return 1;
}

static int take_word(recs__json *json, recs__cell *out) {
  static const char *const words[] = {"true", "false", "null"};
  for (int i = 0; i < 3; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(json->end - json->at) >= length && memcmp(json->at, words[i], length) == 0) {
      out->text = json->at;
      json->at += length;
      end_text(out, i == 2 ? out->text : json->at); /* null is empty */
      return 1;
    }
  }
  return fail(json, "not a value");
}

static int take_scalar(recs__json *json, recs__cell *out, int decode) {
  if (*json->at == '"') {
    json->at += 1;
    return take_string(json, out, decode);
  }
  if (*json->at == '-' || (*json->at >= '0' && *json->at <= '9'))
    return take_number(json, out);
  return take_word(json, out);
}

static int take_key(recs__json *json, recs__cell *out, int decode) {
  if (!recs__json_take(json, '"'))
    return fail(json, "a key is missing");
  if (!take_string(json, out, decode))
    return 0;
  return recs__json_take(json, ':') || fail(json, "a colon is missing");
}

/* Passes an array or object, checking it. Recurses as deep as it nests. */
static int pass_nested(recs__json *json, int depth) {
  int object = *json->at++ == '{';
  char close = object ? '}' : ']';
  recs__cell passed;
  if (depth == MAX_DEPTH)
    return fail(json, "nested too deep");
  if (recs__json_take(json, close))
    return 1;
  do {
    if (object && !take_key(json, &passed, 0))
      return 0;
    recs__json_space(json);
    if (json->at == json->end)
      return fail(json, "a value is missing");
    if (*json->at == '{' || *json->at == '[' ? !pass_nested(json, depth + 1) : !take_scalar(json, &passed, 0))
      return 0;
  } while (recs__json_take(json, ','));
  return recs__json_take(json, close) || fail(json, "a comma or a closing bracket is missing");
}

int recs__json_key(recs__json *json, recs__cell *out) {
  return take_key(json, out, 1);
}

int recs__json_next(recs__json *json, recs__cell *out) {
  recs__json_space(json);
  if (json->at == json->end)
    return fail(json, "a value is missing");
  if (*json->at != '{' && *json->at != '[')
    return take_scalar(json, out, 1);
  out->text = json->at;
  out->raw = 1;
  if (!pass_nested(json, 0))
    return 0;
  out->length = (uint32_t)(json->at - out->text);
  return 1;
}

recs__json recs__json_elements(const recs__cell *array) {
  recs__json elements = {array->text + 1, array->text + array->length - 1, NULL};
  return elements;
}
