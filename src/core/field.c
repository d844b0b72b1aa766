#include "field.h"

int tw_field_token (const char *s, size_t n) {
  static const char others[] = "!#$%&'*+-.^_`|~";
  for (size_t i = 0; i < n; i++)
    if (!tw_text_letter(s[i]) && !tw_text_digit(s[i]) && !memchr(others, s[i], sizeof others - 1))
      return 0;
  return n > 0;
}

int tw_field_text (const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (tw_text_control(s[i]) && s[i] != '\t') return 0;
  return 1;
}

void tw_field_trim (const char **s, size_t *n) {
  while (*n > 0 && (**s == ' ' || **s == '\t')) (*s)++, (*n)--;
  while (*n > 0 && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t')) (*n)--;
}

int tw_field_read (tw_field *f, const char *line, size_t n) {
  const char *colon = memchr(line, ':', n);
  if (colon == NULL) return 0;
  f->name = line;
  f->name_len = (size_t)(colon - line);
  f->value = colon + 1;
  f->value_len = n - f->name_len - 1;
  if (!tw_field_token(f->name, f->name_len) || !tw_field_text(f->value, f->value_len)) return 0;
  tw_field_trim(&f->value, &f->value_len);
  return 1;
}

int tw_field_length (const tw_field *f, uint64_t *length) {
  *length = 0;
  for (size_t i = 0; i < f->value_len; i++) {
    if (!tw_text_digit(f->value[i])) return 0;
    *length = *length * 10 + (uint64_t)(f->value[i] - '0');
  }
  return f->value_len > 0 && f->value_len <= 18;
}

const char *tw_field_wrong (const tw_field *f) {
  static const char *const ours[] = { "Host",       "Authorization",  "Accept-Encoding",
                                      "Connection", "Content-Length", "Transfer-Encoding",
                                      "Expect",     "Upgrade",        "TE" };
  if (!tw_field_token(f->name, f->name_len)) return "a header's name is not a token";
  if (!tw_field_text(f->value, f->value_len)) return "a header's value holds a control character";
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (tw_text_alike(f->name, f->name_len, ours[i], strlen(ours[i])))
      return "a header that frames the request was given";
  return NULL;
}
