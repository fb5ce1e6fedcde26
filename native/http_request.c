// native/http_request.c: one exchange with a server: its lines, the head of the answer, the body.
//
// A body goes into the want's buffer as it comes, without another copy, or into the spool of a site
// whose server answers ranges with the whole object (RFC 9110 sections 8.8, 14.2 to 14.4, 15.3.7).
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http.h"

#define RECEIVE_BYTES 262144L

// Reads a number; moves `text` behind it. ALI_UNKNOWN if there is none, or it is too large.
static uint64_t read_number(const char **text) {
    const char *at = *text;
    uint64_t number = 0;
    while (*at >= '0' && *at <= '9') {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (number > (UINT64_MAX - 1 - digit) / 10) return ALI_UNKNOWN;
        number = number * 10 + digit;
        at += 1;
    }
    if (at == *text) return ALI_UNKNOWN;
    *text = at;
    return number;
}

static bool are_equal(const validator *one, const char *text, uint32_t count_bytes) {
    return one->count_bytes == count_bytes && memcmp(one->text, text, count_bytes) == 0;
}

// The validator of an answer: its ETag, else Last-Modified.
const validator *ali_http_validator_of(const request *asked) {
    return asked->etag.is_known ? &asked->etag : &asked->modified;
}

// Length of "scheme://host:port".
static size_t origin_bytes(const char *url) {
    const char *host = strstr(url, "://");
    if (host == NULL) return strlen(url);
    return (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
}

static bool is_same_origin(const char *one, const char *other) {
    const size_t count = origin_bytes(one);
    return count == origin_bytes(other) && strncasecmp(one, other, count) == 0;
}

// --- wants ---------------------------------------------------------------------------------------

// Tells the task of bytes that came, while more are to come.
static void tell_part(want *item) {
    if (item->moved <= item->told || item->moved == item->length) return;
    ali_answer answer = ali_host_answer_to(&item->op, ALI_OK);
    answer.is_last = 0;
    answer.moved_bytes = item->moved - item->told;
    item->told = item->moved;
    (void)!ali_task_answer(item->task, &answer);
}

// Lets a want begin again from its first byte, as if nothing had come.
void ali_http_want_restart(want *item) {
    item->moved = 0;
    item->length = item->op.length_bytes;
    item->object_bytes = ALI_UNKNOWN;
    item->etag.is_known = false;
    item->start = (item->op.flags & ALI_OP_FROM_END) != 0 ? ALI_UNKNOWN : item->op.offset_bytes;
}

// The object's size has become known to a want: places its range.
void ali_http_want_place(want *item, uint64_t object_bytes) {
    item->object_bytes = object_bytes;
    const uint64_t asked = item->op.length_bytes;
    if ((item->op.flags & ALI_OP_FROM_END) != 0) {
        item->length = asked < object_bytes ? asked : object_bytes;
        item->start = object_bytes - item->length;
    } else {
        const uint64_t start = item->op.offset_bytes;
        const uint64_t left = start < object_bytes ? object_bytes - start : 0;
        item->length = asked < left ? asked : left;
    }
}

// --- the answer's head ---------------------------------------------------------------------------

static void clear_answer(request *asked) {
    asked->status = 0;
    asked->is_checked = false;
    asked->content_bytes = asked->first = asked->last = asked->object_bytes = ALI_UNKNOWN;
    asked->is_encoded = false;
    asked->etag.is_known = asked->modified.is_known = false;
    asked->ignored_bytes = 0;
}

static void keep_validator(validator *kept, const char *value, size_t value_bytes) {
    if (value_bytes > 2 && memcmp(value, "W/", 2) == 0) {
        value += 2; // weak ETags are compared by what they hold (RFC 9110, 8.8.3.2)
        value_bytes -= 2;
    }
    if (value_bytes == 0 || value_bytes > sizeof kept->text) return;
    memcpy(kept->text, value, value_bytes);
    kept->count_bytes = (uint32_t)value_bytes;
    kept->is_known = true;
}

// "bytes 0-9/100", "bytes 0-9/*", "bytes */100".
static void read_content_range(request *asked, const char *value) {
    if (strncasecmp(value, "bytes", 5) != 0) return;
    value += 5;
    while (*value == ' ' || *value == '=') value += 1;
    if (*value == '*') {
        value += 1;
    } else {
        const uint64_t first = read_number(&value);
        if (*value != '-') return;
        value += 1;
        const uint64_t last = read_number(&value);
        if (first == ALI_UNKNOWN || last == ALI_UNKNOWN || last < first) return;
        asked->first = first;
        asked->last = last;
    }
    if (*value != '/') return;
    value += 1;
    asked->object_bytes = read_number(&value);
}

static bool is_named(const char *line, const char *name, const char **value) {
    const size_t name_bytes = strlen(name);
    if (strncasecmp(line, name, name_bytes) != 0 || line[name_bytes] != ':') return false;
    *value = line + name_bytes + 1;
    while (**value == ' ' || **value == '\t') *value += 1;
    return true;
}

static void read_header(request *asked, const char *line) {
    const char *value = NULL;
    if (strncmp(line, "HTTP/", 5) == 0) {
        clear_answer(asked);
    } else if (is_named(line, "Content-Range", &value)) {
        read_content_range(asked, value);
    } else if (is_named(line, "Content-Length", &value)) {
        asked->content_bytes = read_number(&value);
    } else if (is_named(line, "Content-Encoding", &value)) {
        asked->is_encoded = *value != '\0' && strcasecmp(value, "identity") != 0;
    } else if (is_named(line, "ETag", &value)) {
        keep_validator(&asked->etag, value, strlen(value));
    } else if (is_named(line, "Last-Modified", &value)) {
        keep_validator(&asked->modified, value, strlen(value));
    }
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user) {
    request *asked = user;
    char line[2048];
    const size_t whole = size * count;
    size_t kept = whole < sizeof line - 1 ? whole : sizeof line - 1;
    memcpy(line, bytes, kept);
    while (kept > 0 && (line[kept - 1] == '\r' || line[kept - 1] == '\n' || line[kept - 1] == ' ' ||
                        line[kept - 1] == '\t')) {
        kept -= 1;
    }
    line[kept] = '\0';
    asked->heard_ms = ali_host_now_ms();
    read_header(asked, line);
    return whole;
}

// --- the answer's body ---------------------------------------------------------------------------

uint32_t ali_http_refuse(request *asked, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(asked->refusal, sizeof asked->refusal, format, arguments);
    va_end(arguments);
    return STOP_REFUSED;
}

// Compares the answer's validator with that of the operation, or of bytes that came before.
static uint32_t check_validator(request *asked, want *item) {
    const validator *now = ali_http_validator_of(asked);
    if (!now->is_known) return STOP_NONE;
    const bool is_pinned = item->op.etag_bytes != 0;
    const bool is_other = (is_pinned && !are_equal(now, item->op.etag, item->op.etag_bytes)) ||
                          (!is_pinned && item->etag.is_known && item->moved != 0 &&
                           !are_equal(now, item->etag.text, item->etag.count_bytes));
    if (is_other && !is_pinned) ali_http_want_restart(item);
    item->etag = *now;
    return is_other ? STOP_CHANGED : STOP_NONE;
}

// Goes over to fetching the whole object, of which this answer is the beginning.
static uint32_t begin_spool(request *asked, want *item) {
    site *object = item->object;
    item->is_spooled = true;
    item->request = NULL;
    item->moved = 0;
    asked->want = NULL;
    if (object->spool != SPOOL_NONE) return STOP_ENOUGH;
    asked->host->warnings |= ALI_HOST_WARNING_NO_RANGES;
    object->spool_fd = ali_host_spool_new();
    object->spool = SPOOL_RUNNING;
    object->spool_bytes = 0;
    object->object_bytes = asked->content_bytes;
    object->etag = *ali_http_validator_of(asked);
    asked->object = object;
    if (object->spool_fd >= 0) return STOP_NONE;
    (void)ali_http_refuse(asked, "the server ignores ranges, and the whole file cannot be kept: %s",
                          strerror(errno));
    return STOP_SPOOL_FAILED;
}

static uint32_t check_whole(request *asked, want *item) {
    asked->body_at = 0;
    asked->last = asked->content_bytes - 1; // of a whole object of known size; else never reached
    const uint64_t bytes = asked->content_bytes;
    const bool is_suffix = (item->op.flags & ALI_OP_FROM_END) != 0;
    const bool is_all = bytes != ALI_UNKNOWN && item->op.length_bytes >= bytes &&
                        (is_suffix || item->op.offset_bytes == 0);
    if (!is_all) return begin_spool(asked, item);
    if (item->moved != 0) ali_http_want_restart(item);
    ali_http_want_place(item, bytes);
    return STOP_NONE;
}

static uint32_t check_part(request *asked, want *item) {
    if (asked->first == ALI_UNKNOWN) {
        return ali_http_refuse(asked, "the server answered 206 without a valid Content-Range");
    }
    asked->body_at = asked->first;
    const bool is_suffix = (item->op.flags & ALI_OP_FROM_END) != 0 && !item->is_explicit;
    if (is_suffix && item->moved == 0) {
        const uint64_t total = asked->object_bytes;
        if (total != ALI_UNKNOWN) ali_http_want_place(item, total);
        if (total == ALI_UNKNOWN || asked->first != item->start) {
            item->object->has_no_suffix = true;
            return STOP_ENOUGH;
        }
    } else if (asked->object_bytes != ALI_UNKNOWN) {
        const bool is_other = item->object_bytes != ALI_UNKNOWN &&
                              item->object_bytes != asked->object_bytes;
        if (is_other && item->moved != 0) {
            ali_http_want_restart(item);
            return STOP_CHANGED;
        }
        ali_http_want_place(item, asked->object_bytes);
    }
    if (asked->first != item->start + item->moved) {
        return ali_http_refuse(asked,
                               "the server sent bytes from %" PRIu64 " on, asked for from %" PRIu64,
                               asked->first, item->start + item->moved);
    }
    return STOP_NONE;
}

bool ali_http_is_success(long status) {
    return status == 200 || status == 206;
}

// Looks at the head when the first byte of the body comes.
uint32_t ali_http_check_head(request *asked) {
    want *item = asked->want;
    if (item == NULL) return STOP_ENOUGH;
    if (asked->is_encoded) {
        return ali_http_refuse(asked,
                               "the server compresses its answer, in which ranges mean nothing");
    }
    item->object->is_reached = true;
    if (item->ask == ASK_FIRST_BYTE) return asked->status == 206 ? STOP_NONE : STOP_ENOUGH;
    const uint32_t stop = check_validator(asked, item);
    if (stop != STOP_NONE) return stop;
    if (asked->status == 206 && !ali_http_validator_of(asked)->is_known) {
        asked->host->warnings |= ALI_HOST_WARNING_NO_VALIDATOR;
    }
    return asked->status == 200 ? check_whole(asked, item) : check_part(asked, item);
}

// A retried spool: the same object must come, from its beginning or from where it was cut.
static uint32_t check_spool_head(request *asked) {
    site *object = asked->object;
    const validator *now = ali_http_validator_of(asked);
    asked->body_at = asked->status == 206 && asked->first != ALI_UNKNOWN ? asked->first : 0;
    const bool is_other =
        now->is_known != object->etag.is_known ||
        (now->is_known && !are_equal(now, object->etag.text, object->etag.count_bytes));
    if (is_other || object->spool_bytes == 0 || asked->body_at > object->spool_bytes) {
        object->spool_bytes = 0;
        object->etag = *now;
        object->object_bytes = asked->content_bytes;
        if (asked->body_at != 0) return STOP_CHANGED;
    }
    return STOP_NONE;
}

static uint32_t take_into_want(request *asked, const uint8_t *bytes, uint64_t count) {
    want *item = asked->want;
    if (item->ask == ASK_FIRST_BYTE) return STOP_NONE;
    const uint64_t place = item->start + item->moved;
    const uint64_t skip = place > asked->body_at ? place - asked->body_at : 0;
    asked->body_at += count;
    if (skip >= count) return STOP_NONE;
    const uint64_t left = item->length - item->moved;
    const uint64_t part = count - skip < left ? count - skip : left;
    if (part != 0) memcpy(item->op.data + item->moved, bytes + skip, (size_t)part);
    item->moved += part;
    tell_part(item);
    return item->moved == item->length ? STOP_ENOUGH : STOP_NONE;
}

static uint32_t take_into_spool(request *asked, const uint8_t *bytes, uint64_t count) {
    site *object = asked->object;
    const uint64_t skip =
        object->spool_bytes > asked->body_at ? object->spool_bytes - asked->body_at : 0;
    asked->body_at += count;
    uint64_t at = skip;
    if (at < count && count - at > asked->host->spool_bytes_max - object->spool_bytes) {
        ali_host_spell_spool_limit(asked->host, "the server ignores ranges, so the file is copied",
                                   asked->refusal);
        return STOP_SPOOL_FULL;
    }
    while (at < count) {
        const ssize_t written =
            pwrite(object->spool_fd, bytes + at, (size_t)(count - at), (off_t)object->spool_bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            (void)ali_http_refuse(
                asked, "the server ignores ranges, and the whole file cannot be kept: %s",
                strerror(errno));
            return STOP_SPOOL_FAILED;
        }
        at += (uint64_t)written;
        object->spool_bytes += (uint64_t)written;
    }
    return STOP_NONE;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user) {
    request *asked = user;
    const uint64_t whole = (uint64_t)size * count;
    asked->heard_ms = ali_host_now_ms();
    asked->host->http_bytes += whole;
    if (asked->status == 0) curl_easy_getinfo(asked->easy, CURLINFO_RESPONSE_CODE, &asked->status);
    if (!ali_http_is_success(asked->status)) {
        asked->ignored_bytes += whole;
        return asked->ignored_bytes <= ERROR_BODY_BYTES ? (size_t)whole : 0;
    }
    if (!asked->is_checked) {
        asked->stop = asked->object != NULL ? check_spool_head(asked) : ali_http_check_head(asked);
        asked->is_checked = true;
    }
    if (asked->stop == STOP_NONE && asked->object != NULL) {
        asked->stop = take_into_spool(asked, (const uint8_t *)bytes, whole);
    } else if (asked->stop == STOP_NONE) {
        asked->stop = take_into_want(asked, (const uint8_t *)bytes, whole);
        const bool is_end = asked->last != ALI_UNKNOWN && asked->body_at > asked->last;
        if (is_end && asked->stop == STOP_ENOUGH)
            return (size_t)whole; // all of the body is here: the connection can be kept
    }
    return asked->stop == STOP_NONE ? (size_t)whole : 0;
}

// --- requests ------------------------------------------------------------------------------------

static bool add_line(request *asked, const char *line) {
    struct curl_slist *longer = curl_slist_append(asked->lines, line);
    if (longer == NULL) return false;
    asked->lines = longer;
    return true;
}

// Adds lines "name: value", each ended by a line break or the end.
static bool add_lines(request *asked, const char *lines, size_t lines_bytes) {
    size_t at = 0;
    while (at < lines_bytes) {
        size_t end = at;
        while (end < lines_bytes && lines[end] != '\r' && lines[end] != '\n') end += 1;
        if (end != at) {
            char *copied = ali_host_copy_text(asked->host, lines + at, end - at);
            const bool is_added = copied != NULL && add_line(asked, copied);
            ali_host_release_text(asked->host, copied);
            if (!is_added) return false;
        }
        at = end + 1;
    }
    return true;
}

// The caller's headers, and those of the operation, go to the origin that was opened, not to where
// it redirects.
static bool add_headers(request *asked, const char *url, const char *opened) {
    const char *own = asked->host->headers;
    if (!is_same_origin(url, opened)) return true;
    if (own != NULL && !add_lines(asked, own, strlen(own))) return false;
    if (asked->want == NULL) return true;
    return add_lines(asked, asked->want->op.headers, asked->want->op.headers_bytes);
}

static bool add_range(request *asked, const want *item, const site *spooled) {
    char line[96];
    if (spooled != NULL) {
        if (spooled->spool_bytes == 0 || spooled->has_no_ranges) return true;
        (void)snprintf(line, sizeof line, "Range: bytes=%" PRIu64 "-", spooled->spool_bytes);
    } else if (item->ask == ASK_FIRST_BYTE) {
        (void)snprintf(line, sizeof line, "Range: bytes=0-0");
    } else if (item->start == ALI_UNKNOWN) {
        (void)snprintf(line, sizeof line, "Range: bytes=-%" PRIu64, item->op.length_bytes);
    } else {
        (void)snprintf(line, sizeof line, "Range: bytes=%" PRIu64 "-%" PRIu64,
                       item->start + item->moved, item->start + item->length - 1);
    }
    return add_line(asked, line);
}

static void limit_protocols(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

// Certificates are trusted that the system's are, or those of a file of the caller's, in the
// variables that other programs take it from.
static void trust(CURL *easy) {
    const char *file = getenv("CURL_CA_BUNDLE");
    if (file == NULL || file[0] == '\0') file = getenv("SSL_CERT_FILE");
    if (file != NULL && file[0] != '\0') curl_easy_setopt(easy, CURLOPT_CAINFO, file);
}

static void set_options(request *asked, const char *url, bool is_head) {
    const ali_host *host = asked->host;
    CURL *easy = asked->easy;
    limit_protocols(easy);
    trust(easy);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, asked->trouble);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, host->user_agent);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)host->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, asked->lines);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, asked);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, asked);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, asked);
    if (is_head) curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
}

void ali_http_request_free(request *asked) {
    host_http *http = asked->host->http;
    request **link = &http->requests;
    while (*link != asked) link = &(*link)->next;
    *link = asked->next;
    http->running -= 1;
    if (asked->want != NULL) asked->want->request = NULL;
    if (asked->easy != NULL) {
        (void)curl_multi_remove_handle(http->multi, asked->easy);
        curl_easy_cleanup(asked->easy);
    }
    curl_slist_free_all(asked->lines);
    ali_host_release(asked->host, asked, sizeof *asked);
}

// Sends a request for a want or (item NULL) for a site's spool. False if there is no memory.
bool ali_http_request_send(ali_host *host, want *item, site *spooled) {
    host_http *http = host->http;
    request *asked = ali_host_allocate(host, sizeof *asked);
    if (asked == NULL) return false;
    memset(asked, 0, sizeof *asked);
    clear_answer(asked);
    asked->host = host;
    asked->want = item;
    asked->object = spooled;
    asked->heard_ms = ali_host_now_ms();
    asked->next = http->requests;
    http->requests = asked;
    http->running += 1;
    const site *object = item != NULL ? item->object : spooled;
    const char *opened = object->url;
    const char *url = object->target != NULL ? object->target : opened;
    asked->is_remembered = object->target != NULL && (item == NULL || item->redirects == 0);
    const bool is_head = item != NULL && item->ask == ASK_HEAD;
    asked->easy = curl_easy_init();
    bool is_made = asked->easy != NULL && add_line(asked, "Accept-Encoding: identity") &&
                   add_headers(asked, url, opened) && (is_head || add_range(asked, item, spooled));
    if (is_made) {
        set_options(asked, url, is_head);
        is_made = curl_multi_add_handle(http->multi, asked->easy) == CURLM_OK;
    }
    if (!is_made) {
        asked->want = NULL;
        ali_http_request_free(asked);
        return false;
    }
    if (item != NULL) item->request = asked;
    host->requests += 1;
    return true;
}
