/* text: what a byte or a short string is, in ASCII and whatever the locale. */
#ifndef TW_TEXT_H
#define TW_TEXT_H

#include <stddef.h>
#include <string.h>

static inline int tw_text_digit (char c) {
  return c >= '0' && c <= '9';
}

static inline char tw_text_lower (char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* 0x20 is all that lies between the two cases, and between nothing else and a letter. */
static inline int tw_text_letter (char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline int tw_text_hex (char c) {
  return tw_text_digit(c) || (tw_text_lower(c) >= 'a' && tw_text_lower(c) <= 'f');
}

/* A control character of ASCII. */
static inline int tw_text_control (char c) {
  return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Equal without regard to case. */
static inline int tw_text_alike (const char *a, size_t an, const char *b, size_t bn) {
  if (an != bn) return 0;
  for (size_t i = 0; i < an; i++)
    if (tw_text_lower(a[i]) != tw_text_lower(b[i])) return 0;
  return 1;
}

/* A SID: this prefix of two letters and 32 hexadecimal digits. */
static inline int tw_text_sid (const char *s, size_t n, const char *prefix) {
  if (n != 34 || memcmp(s, prefix, 2) != 0) return 0;
  for (size_t i = 2; i < n; i++)
    if (!tw_text_hex(s[i])) return 0;
  return 1;
}

/* The shape of a date: 2010-04-01. */
static inline int tw_text_date (const char *s, size_t n) {
  if (n != 10) return 0;
  for (size_t i = 0; i < n; i++)
    if (i == 4 || i == 7 ? s[i] != '-' : !tw_text_digit(s[i])) return 0;
  return 1;
}

#endif
