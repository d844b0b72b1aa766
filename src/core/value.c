#include "value.h"
#include "text.h"

#include <limits.h>
#include <string.h>

/* Characters of UTF-8; bytes of anything else count as they come. */
static size_t characters (const char *s, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += ((unsigned char)s[i] & 0xC0) != 0x80;
  return count;
}

static int is_url (const char *s, size_t n) {
  size_t host = n > 7 && tw_text_alike(s, 7, "http://", 7) ? 7 : 8;
  if (host == 8 && !(n > 8 && tw_text_alike(s, 8, "https://", 8))) return 0;
  if (strchr("/?#:", s[host]) != NULL) return 0;
  for (size_t i = 0; i < n; i++)
    if (s[i] == ' ' || tw_text_control(s[i])) return 0;
  return 1;
}

static int is_e164 (const char *s, size_t n) {
  if (n < 3 || n > 16 || s[0] != '+' || s[1] == '0') return 0;
  for (size_t i = 1; i < n; i++)
    if (!tw_text_digit(s[i])) return 0;
  return 1;
}

/* What people write: digits, letters (vanity numbers), * for any digit, and what stands between them. */
static int is_phone (const char *s, size_t n) {
  size_t meant = 0;
  if (n > 64) return 0;
  for (size_t i = 0; i < n; i++) {
    if (tw_text_digit(s[i]) || tw_text_letter(s[i]) || s[i] == '*')
      meant++;
    else if (s[i] == '\0' || strchr("+-.() /", s[i]) == NULL)
      return 0;
  }
  return meant > 0;
}

static int is_digits (const char *s, size_t n) {
  if (n > 64) return 0;
  for (size_t i = 0; i < n; i++)
    if (!tw_text_digit(s[i]) && (s[i] == '\0' || strchr("*#wW", s[i]) == NULL) &&
        (s[i] != '+' || i > 0))
      return 0;
  return n > 0;
}

/* 2 to 16 of 0-9 A-Z a-z * %, with + in front and $ behind; two of them no wildcards. Twilio's page also
** forbids wildcards side by side and in the middle, but its examples have them (510555****): they pass. */
static int is_contains (const char *s, size_t n) {
  size_t plain = 0;
  if (n < 2 || n > 16) return 0;
  for (size_t i = 0; i < n; i++) {
    if (tw_text_digit(s[i]) || tw_text_letter(s[i]))
      plain++;
    else if (s[i] != '*' && s[i] != '%' && !(s[i] == '+' && i == 0) && !(s[i] == '$' && i == n - 1))
      return 0;
  }
  return plain >= 2;
}

/* One decimal number of a point, and where it ends; NULL when it is none or lies outside -limit..limit. */
static const char *degrees (const char *s, const char *end, long limit) {
  long whole = 0;
  int digits = 0, beyond = 0;
  if (s < end && (*s == '-' || *s == '+')) s++;
  for (; s < end && tw_text_digit(*s) && digits < 4; s++, digits++) whole = whole * 10 + (*s - '0');
  if (digits == 0) return NULL;
  if (s < end && *s == '.')
    for (s++; s < end && tw_text_digit(*s); s++) beyond |= *s != '0';
  return whole < limit || (whole == limit && !beyond) ? s : NULL;
}

/* "37.77, -122.41", without its spaces. */
static int latlong (const char *s, size_t n, tw_value *v) {
  size_t used = 0;
  const char *end, *at;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == ' ' && i > 0 && (s[i - 1] == ',' || s[i - 1] == ' ')) continue;
    if (used == TW_VALUE_OWN) return 0;
    v->own[used++] = s[i];
  }
  v->s = v->own;
  v->n = used;
  end = v->own + used;
  at = degrees(v->own, end, 90);
  return at != NULL && at < end && *at == ',' && degrees(at + 1, end, 180) == end;
}

static int integer (const tw_param *p, const char *s, size_t n, tw_value *v) {
  long number = 0, rest;
  size_t at = sizeof v->own;
  if (n == 0) return 0;
  for (size_t i = 0; i < n; i++) {
    if (!tw_text_digit(s[i]) || number > (LONG_MAX - 9) / 10) return 0;
    number = number * 10 + (s[i] - '0');
  }
  if (number < p->min || (p->max > 0 && number > p->max)) return 0;
  rest = number;
  do {
    v->own[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  v->s = v->own + at;
  v->n = sizeof v->own - at;
  return 1;
}

/* One of the words, as they are spelt there. */
static int one_of (const char *words, const char *s, size_t n, tw_value *v) {
  while (*words != '\0') {
    size_t len = strcspn(words, " ");
    if (tw_text_alike(words, len, s, n)) {
      v->s = words;
      v->n = len;
      return 1;
    }
    words += len + (words[len] == ' ');
  }
  return 0;
}

static int country (const char *s, size_t n, tw_value *v) {
  if (n != 2 || !tw_text_letter(s[0]) || !tw_text_letter(s[1])) return 0;
  v->own[0] = (char)(s[0] & ~0x20);
  v->own[1] = (char)(s[1] & ~0x20);
  v->s = v->own;
  return 1;
}

int tw_value_check (const tw_param *p, const char *s, size_t n, tw_value *v) {
  v->s = s;
  v->n = n;
  switch (p->type) {
  case TW_TEXT: return p->max == 0 || characters(s, n) <= (size_t)p->max;
  case TW_URL: return is_url(s, n);
  case TW_SID: return tw_text_sid(s, n, p->detail);
  case TW_E164: return is_e164(s, n);
  case TW_PHONE: return is_phone(s, n);
  case TW_INTEGER: return integer(p, s, n, v);
  case TW_BOOLEAN: return one_of("true false", s, n, v);
  case TW_ENUM: return one_of(p->detail, s, n, v);
  case TW_COUNTRY: return country(s, n, v);
  case TW_CONTAINS: return is_contains(s, n);
  case TW_LATLONG: return latlong(s, n, v);
  case TW_DIGITS: return is_digits(s, n);
  case TW_DATE: return tw_text_date(s, n);
  }
  return 0;
}
