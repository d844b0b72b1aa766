#include "form.h"
#include "text.h"

static int unreserved (char c) {
  return tw_text_letter(c) || tw_text_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

size_t tw_form_length (const char *s, size_t n) {
  size_t length = n;
  for (size_t i = 0; i < n; i++)
    if (!unreserved(s[i])) length += 2;
  return length;
}

char *tw_form_escape (char *to, const char *s, size_t n) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < n; i++) {
    if (unreserved(s[i])) {
      *to++ = s[i];
      continue;
    }
    *to++ = '%';
    *to++ = hex[(unsigned char)s[i] >> 4];
    *to++ = hex[(unsigned char)s[i] & 15];
  }
  return to;
}
