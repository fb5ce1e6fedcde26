// native/host_http.c: byte ranges over HTTP(S) by libcurl's multi interface (RFC 9110: ranges in
// section 14, validators in 8.8, Retry-After in 10.2.3).
//
// A *want* is one operation; a *request* is one exchange with a server, made for a want or for a
// *site* (the object behind one URL) as a whole. A want may take several requests: redirects, retries
// and the rest of a body that was cut, which goes on at the byte reached under the same validator.
// Where a server answers ranges with the whole object (200), the object is kept in a file without a
// name and all ranges are taken from it: nothing is fetched twice.
//
// Left out: caching across hosts, HTTP authentication beyond what `headers`, the URL and .netrc give,
// multipart/byteranges.
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "internal.h"

#define REQUESTS_MAX 6u
#define REDIRECTS_MAX 10u
#define ETAG_BYTES_MAX 1024u
#define BACKOFF_FIRST_MS 200
#define BACKOFF_MOST_MS 10000
#define RETRY_AFTER_MOST_S 120
#define ERROR_BODY_BYTES (UINT64_C(64) << 10)
#define RECEIVE_BYTES 262144L

typedef struct validator {
    bool is_known;
    uint32_t count_bytes;
    char text[ETAG_BYTES_MAX];
} validator;

enum { SPOOL_NONE, SPOOL_WAITING, SPOOL_RUNNING, SPOOL_DONE };

// The object behind a URL, as far as it is known.
typedef struct site {
    struct site *next;
    char *url;
    bool has_no_suffix; // the server does not understand "bytes=-n"
    bool is_reached;    // the server has answered before
    // Where ranges are ignored: the whole object, as it comes.
    uint32_t spool;
    int spool_fd;
    uint32_t spool_tries;
    int64_t spool_due_ms;
    uint64_t spool_bytes;  // received so far
    uint64_t object_bytes; // of the spooled object, or ALI_UNKNOWN
    validator etag;        // of the spooled object
} site;

// What a request asks for.
enum { ASK_RANGE, ASK_HEAD, ASK_FIRST_BYTE };

struct request;

// An operation under way.
typedef struct want {
    struct want *next;
    ali_task *task;
    ali_op op;
    site *object;
    struct request *request; // NULL: waits for `due_ms`, or for the site's spool
    char *url;               // after redirects; NULL: the site's own
    uint32_t ask;
    uint32_t tries;
    uint32_t redirects;
    int64_t due_ms;
    uint64_t start;  // where the range begins, or ALI_UNKNOWN (a suffix whose object is not known)
    uint64_t length; // bytes wanted; less than op.length_bytes where the object is shorter
    uint64_t moved;  // in op.data
    uint64_t told;   // answered in parts
    uint64_t object_bytes;
    validator etag;
    bool is_explicit; // a suffix is asked for by its place
    bool is_spooled;  // waits for the site's spool
} want;

// Why the body of an answer was not wanted any more.
enum { STOP_NONE, STOP_ENOUGH, STOP_REFUSED, STOP_CHANGED, STOP_SPOOL_FAILED };

// One exchange with a server.
typedef struct request {
    struct request *next;
    ali_host *host;
    CURL *easy;
    struct curl_slist *lines;
    want *want;   // NULL: for the site's spool, or given up
    site *object; // of the spool; NULL otherwise
    int64_t heard_ms;
    bool is_silent; // nothing was heard for timeout_ms
    // The answer.
    long status;
    bool is_checked; // the body may be taken
    uint32_t stop;
    uint64_t body_at;       // place in the object of the next byte of the body
    uint64_t ignored_bytes; // of a body that is not wanted
    uint64_t content_bytes; // Content-Length, or ALI_UNKNOWN
    uint64_t first, last;   // Content-Range; first is ALI_UNKNOWN without one
    uint64_t object_bytes;  // total of Content-Range, or ALI_UNKNOWN
    bool is_encoded;
    validator etag;
    validator modified;
    char refusal[256];
} request;

struct host_http {
    CURLM *multi;
    site *sites;
    want *wants; // in the order in which they came
    request *requests;
    uint32_t running;
    int64_t turn_ms; // when the last turn was
};

// --- small things ---------------------------------------------------------------------------------

bool ali_host_http_is_url(const char *path, size_t path_bytes) {
    return (path_bytes > 7 && strncasecmp(path, "http://", 7) == 0) ||
           (path_bytes > 8 && strncasecmp(path, "https://", 8) == 0);
}

// Tells if `headers` is NULL or lines "name: value".
bool ali_host_http_are_headers(const char *headers) {
    const char *line = headers;
    while (line != NULL && *line != '\0') {
        const char *end = line + strcspn(line, "\n");
        const char *colon = memchr(line, ':', (size_t)(end - line));
        if (colon == line || (colon == NULL && end != line && *line != '\r')) return false;
        line = *end == '\n' ? end + 1 : end;
    }
    return true;
}

static const char *reason_of(long status) {
    static const struct {
        long status;
        const char *reason;
    } reasons[] = {{204, "No Content"},
                   {304, "Not Modified"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {409, "Conflict"},
                   {410, "Gone"},
                   {412, "Precondition Failed"},
                   {416, "Range Not Satisfiable"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {501, "Not Implemented"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"}};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i += 1) {
        if (reasons[i].status == status) return reasons[i].reason;
    }
    return "";
}

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
static const validator *validator_of(const request *asked) {
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

// --- wants and sites ------------------------------------------------------------------------------

static site *find_site(ali_host *host, const char *url, size_t url_bytes) {
    for (site *object = host->http->sites; object != NULL; object = object->next) {
        if (strlen(object->url) == url_bytes && memcmp(object->url, url, url_bytes) == 0) {
            return object;
        }
    }
    site *made = ali_host_allocate(host, sizeof *made);
    if (made == NULL) return NULL;
    memset(made, 0, sizeof *made);
    made->spool_fd = -1;
    made->object_bytes = ALI_UNKNOWN;
    made->url = ali_host_copy_text(host, url, url_bytes);
    if (made->url == NULL) {
        ali_host_release(host, made, sizeof *made);
        return NULL;
    }
    made->next = host->http->sites;
    host->http->sites = made;
    return made;
}

static void unlink_want(ali_host *host, want *item) {
    want **link = &host->http->wants;
    while (*link != item) link = &(*link)->next;
    *link = item->next;
    if (item->request != NULL) item->request->want = NULL;
}

// Answers a want for the last time and ends it.
static void end_want(ali_host *host, want *item, ali_status status, long http_status) {
    ali_answer answer = ali_host_answer_to(&item->op, status);
    answer.moved_bytes = item->moved > item->told ? item->moved - item->told : 0;
    answer.object_bytes = item->object_bytes;
    answer.http_status = (int32_t)http_status;
    if (item->etag.is_known) answer.etag = item->etag.text;
    if (item->etag.is_known) answer.etag_bytes = item->etag.count_bytes;
    if (status == ALI_OK && item->moved < item->told) {
        ali_host_note(host, item->op.op_id, "the file changed while it was read");
        answer.status = ALI_ERR_HOST;
    }
    if (answer.status != ALI_OK) answer.moved_bytes = 0;
    unlink_want(host, item);
    ali_host_give(host, item->task, &answer);
    ali_host_release_text(host, item->url);
    ali_host_release(host, item, sizeof *item);
}

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
static void restart_want(want *item) {
    item->moved = 0;
    item->length = item->op.length_bytes;
    item->object_bytes = ALI_UNKNOWN;
    item->etag.is_known = false;
    item->start = (item->op.flags & ALI_OP_FROM_END) != 0 ? ALI_UNKNOWN : item->op.offset_bytes;
}

// The object's size has become known to a want: places its range.
static void learn_size(want *item, uint64_t object_bytes) {
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

// --- the answer's head ----------------------------------------------------------------------------

static void clear_answer(request *asked) {
    asked->status = 0;
    asked->is_checked = false;
    asked->content_bytes = asked->first = asked->last = asked->object_bytes = ALI_UNKNOWN;
    asked->is_encoded = false;
    asked->etag.is_known = asked->modified.is_known = false;
    asked->ignored_bytes = 0;
}

static void keep_validator(validator *kept, const char *value, size_t value_bytes) {
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

// --- the answer's body ----------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static uint32_t refuse(request *asked, const char *format,
                                                             ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(asked->refusal, sizeof asked->refusal, format, arguments);
    va_end(arguments);
    return STOP_REFUSED;
}

// Compares the answer's validator with that of the operation, or of bytes that came before.
static uint32_t check_validator(request *asked, want *item) {
    const validator *now = validator_of(asked);
    if (!now->is_known) return STOP_NONE;
    const bool is_pinned = item->op.etag_bytes != 0;
    const bool is_other = (is_pinned && !are_equal(now, item->op.etag, item->op.etag_bytes)) ||
                          (!is_pinned && item->etag.is_known && item->moved != 0 &&
                           !are_equal(now, item->etag.text, item->etag.count_bytes));
    if (is_other && !is_pinned) restart_want(item);
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
    object->spool_fd = ali_host_spool_new();
    object->spool = SPOOL_RUNNING;
    object->spool_bytes = 0;
    object->object_bytes = asked->content_bytes;
    object->etag = *validator_of(asked);
    asked->object = object;
    if (object->spool_fd >= 0) return STOP_NONE;
    (void)refuse(asked, "the server ignores ranges, and the whole file cannot be kept: %s",
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
    if (item->moved != 0) restart_want(item);
    learn_size(item, bytes);
    return STOP_NONE;
}

static uint32_t check_part(request *asked, want *item) {
    if (asked->first == ALI_UNKNOWN) {
        return refuse(asked, "the server answered 206 without a valid Content-Range");
    }
    asked->body_at = asked->first;
    const bool is_suffix = (item->op.flags & ALI_OP_FROM_END) != 0 && !item->is_explicit;
    if (is_suffix && item->moved == 0) {
        const uint64_t total = asked->object_bytes;
        if (total == ALI_UNKNOWN || total == 0 || asked->last != total - 1) {
            item->object->has_no_suffix = true;
            if (total == ALI_UNKNOWN) return STOP_ENOUGH;
            learn_size(item, total);
            return STOP_ENOUGH;
        }
        learn_size(item, total);
    } else if (asked->object_bytes != ALI_UNKNOWN) {
        const bool is_other = item->object_bytes != ALI_UNKNOWN &&
                              item->object_bytes != asked->object_bytes;
        if (is_other && item->moved != 0) {
            restart_want(item);
            return STOP_CHANGED;
        }
        learn_size(item, asked->object_bytes);
    }
    if (asked->first != item->start + item->moved) {
        return refuse(asked, "the server sent bytes from %" PRIu64 " on, asked for from %" PRIu64,
                      asked->first, item->start + item->moved);
    }
    return STOP_NONE;
}

static bool is_success(long status) {
    return status == 200 || status == 206;
}

// Looks at the head when the first byte of the body comes.
static uint32_t check_head(request *asked) {
    want *item = asked->want;
    if (item == NULL) return STOP_ENOUGH;
    if (asked->is_encoded) {
        return refuse(asked, "the server compresses its answer, in which ranges mean nothing");
    }
    item->object->is_reached = true;
    if (item->ask == ASK_FIRST_BYTE) return asked->status == 206 ? STOP_NONE : STOP_ENOUGH;
    const uint32_t stop = check_validator(asked, item);
    if (stop != STOP_NONE) return stop;
    return asked->status == 200 ? check_whole(asked, item) : check_part(asked, item);
}

// A retried spool: the same object must come, from its beginning or from where it was cut.
static uint32_t check_spool_head(request *asked) {
    site *object = asked->object;
    const validator *now = validator_of(asked);
    asked->body_at = asked->status == 206 && asked->first != ALI_UNKNOWN ? asked->first : 0;
    const bool is_other =
        now->is_known != object->etag.is_known ||
        (now->is_known && !are_equal(now, object->etag.text, object->etag.count_bytes));
    if (is_other || asked->body_at > object->spool_bytes) {
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
    while (at < count) {
        const ssize_t written =
            pwrite(object->spool_fd, bytes + at, (size_t)(count - at), (off_t)object->spool_bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            (void)refuse(asked, "the server ignores ranges, and the whole file cannot be kept: %s",
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
    if (!is_success(asked->status)) {
        asked->ignored_bytes += whole;
        return asked->ignored_bytes <= ERROR_BODY_BYTES ? (size_t)whole : 0;
    }
    if (!asked->is_checked) {
        asked->stop = asked->object != NULL ? check_spool_head(asked) : check_head(asked);
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

// --- requests -------------------------------------------------------------------------------------

static bool add_line(request *asked, const char *line) {
    struct curl_slist *longer = curl_slist_append(asked->lines, line);
    if (longer == NULL) return false;
    asked->lines = longer;
    return true;
}

// The caller's headers go to the origin that was opened, not to where it redirects.
static bool add_headers(request *asked, const char *url, const char *opened) {
    const char *line = asked->host->headers;
    if (line == NULL || !is_same_origin(url, opened)) return true;
    while (*line != '\0') {
        const size_t line_bytes = strcspn(line, "\r\n");
        char *copied = ali_host_copy_text(asked->host, line, line_bytes);
        if (copied == NULL) return false;
        const bool is_added = line_bytes == 0 || add_line(asked, copied);
        ali_host_release_text(asked->host, copied);
        if (!is_added) return false;
        line += line_bytes;
        line += strspn(line, "\r\n");
    }
    return true;
}

static bool add_range(request *asked, const want *item, const site *spooled) {
    char line[96];
    if (spooled != NULL) {
        if (spooled->spool_bytes == 0) return true;
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

static void set_options(request *asked, const char *url, bool is_head) {
    const ali_host *host = asked->host;
    CURL *easy = asked->easy;
    limit_protocols(easy);
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

static void free_request(request *asked) {
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
static bool send_request(ali_host *host, want *item, site *spooled) {
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
    const char *opened = item != NULL ? item->object->url : spooled->url;
    const char *url = item != NULL && item->url != NULL ? item->url : opened;
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
        free_request(asked);
        return false;
    }
    if (item != NULL) item->request = asked;
    host->requests += 1;
    return true;
}

// --- what becomes of a request --------------------------------------------------------------------

static bool is_worth_a_retry(long status) {
    return status == 429 || status == 503 || status == 408 || status == 502 || status == 504;
}

static bool is_broken_connection(CURLcode code, bool is_reached) {
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        return is_reached;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP3:
    case CURLE_QUIC_CONNECT_ERROR:
        return true;
    default:
        return false;
    }
}

// When the next try may begin, after `tries` that failed; -1 if the server wants too much patience.
static int64_t next_try_ms(const request *asked, uint32_t tries) {
    int64_t wait = BACKOFF_FIRST_MS;
    for (uint32_t i = 1; i < tries && wait < BACKOFF_MOST_MS; i += 1) wait *= 2;
    if (wait > BACKOFF_MOST_MS) wait = BACKOFF_MOST_MS;
    curl_off_t after = 0;
    curl_easy_getinfo(asked->easy, CURLINFO_RETRY_AFTER, &after);
    if (after > RETRY_AFTER_MOST_S) return -1;
    if (after * 1000 > wait) wait = after * 1000;
    return ali_host_now_ms() + wait;
}

// The words for a try that failed.
static void tell_failure(ali_host *host, uint64_t op_id, const request *asked, CURLcode code,
                         uint32_t tries) {
    char after[48] = "";
    if (tries > 1) (void)snprintf(after, sizeof after, " (%" PRIu32 " tries)", tries);
    if (asked->stop == STOP_REFUSED || asked->stop == STOP_SPOOL_FAILED) {
        ali_host_note(host, op_id, "%s%s", asked->refusal, after);
    } else if (asked->is_silent) {
        ali_host_note(host, op_id, "the server was silent for %" PRIu32 " ms%s", host->timeout_ms,
                      after);
    } else if (code != CURLE_OK) {
        ali_host_note(host, op_id, "%s%s", curl_easy_strerror(code), after);
    } else {
        const char *reason = reason_of(asked->status);
        curl_off_t wait = 0;
        char patience[64] = "";
        curl_easy_getinfo(asked->easy, CURLINFO_RETRY_AFTER, &wait);
        if (wait > RETRY_AFTER_MOST_S) {
            (void)snprintf(patience, sizeof patience, " and asks to wait %" PRId64 " s",
                           (int64_t)wait);
        }
        ali_host_note(host, op_id, "the server answered %ld%s%s%s%s", asked->status,
                      reason[0] != '\0' ? " " : "", reason, patience, after);
    }
}

// Tries a want again if it may be; otherwise ends it.
static void retry_or_end(request *asked, want *item, CURLcode code) {
    ali_host *host = asked->host;
    item->tries += 1;
    const int64_t due = next_try_ms(asked, item->tries);
    if (item->tries <= host->retries && due >= 0) {
        host->http_retries += 1;
        item->due_ms = due;
        ali_host_release_text(host, item->url);
        item->url = NULL;
        item->redirects = 0;
        return;
    }
    tell_failure(host, item->op.op_id, asked, code, item->tries);
    end_want(host, item, ALI_ERR_HOST, asked->status);
}

static void fail_want(request *asked, want *item, CURLcode code) {
    const bool is_absent = asked->status == 404 || asked->status == 410;
    tell_failure(asked->host, item->op.op_id, asked, code, 1);
    end_want(asked->host, item, is_absent ? ALI_ERR_NOT_FOUND : ALI_ERR_HOST, asked->status);
}

static void follow(request *asked, want *item) {
    ali_host *host = asked->host;
    const char *target = NULL;
    curl_easy_getinfo(asked->easy, CURLINFO_REDIRECT_URL, &target);
    item->redirects += 1;
    const bool is_url = target != NULL && ali_host_http_is_url(target, strlen(target));
    if (!is_url || item->redirects > REDIRECTS_MAX) {
        ali_host_note(host, item->op.op_id, "the server answered %ld and %s", asked->status,
                      is_url           ? "redirects without end"
                      : target == NULL ? "no place to go on to"
                                       : "redirects to what is not http or https");
        end_want(host, item, ALI_ERR_HOST, asked->status);
        return;
    }
    char *copied = ali_host_copy_text(host, target, strlen(target));
    if (copied == NULL) {
        ali_host_note(host, item->op.op_id, "no memory is left");
        end_want(host, item, ALI_ERR_HOST, 0);
        return;
    }
    ali_host_release_text(host, item->url);
    item->url = copied;
}

// Goes on to find the size, after which the tail can be asked for by its place.
static void ask_size(want *item) {
    item->object->has_no_suffix = true;
    item->is_explicit = true;
    if (item->object_bytes != ALI_UNKNOWN) {
        item->ask = ASK_RANGE;
        learn_size(item, item->object_bytes);
    } else {
        item->ask = item->ask == ASK_RANGE ? ASK_HEAD : ASK_FIRST_BYTE;
    }
}

// HEAD or "bytes=0-0" came back: the object's size.
static void settle_size(request *asked, want *item) {
    uint64_t size = asked->object_bytes;
    if (size == ALI_UNKNOWN && asked->status == 200) size = asked->content_bytes;
    const bool is_known =
        (is_success(asked->status) && size != ALI_UNKNOWN && !asked->is_encoded) ||
        (asked->status == 416 && size != ALI_UNKNOWN);
    const bool is_absent = asked->status == 404 || asked->status == 410;
    if (!is_known && item->ask == ASK_HEAD && !is_absent) {
        item->ask = ASK_FIRST_BYTE;
        return;
    }
    if (!is_known && is_success(asked->status)) {
        (void)refuse(asked, "the server does not tell the file's size");
        asked->stop = STOP_REFUSED;
    }
    if (!is_known) {
        fail_want(asked, item, CURLE_OK);
        return;
    }
    if (validator_of(asked)->is_known) item->etag = *validator_of(asked);
    learn_size(item, size);
    item->ask = ASK_RANGE;
    const bool is_done = item->op.kind == ALI_OP_STAT || item->length == 0;
    if (item->op.kind == ALI_OP_STAT) item->moved = item->length = 0;
    if (is_done) end_want(asked->host, item, ALI_OK, asked->status);
}

// 416: the range lies outside the object, or the server does not know suffixes.
static void settle_unsatisfiable(request *asked, want *item) {
    const bool is_suffix = item->start == ALI_UNKNOWN;
    if (asked->object_bytes == ALI_UNKNOWN && !is_suffix) {
        fail_want(asked, item, CURLE_OK);
        return;
    }
    if (asked->object_bytes != ALI_UNKNOWN) learn_size(item, asked->object_bytes);
    if (validator_of(asked)->is_known) item->etag = *validator_of(asked);
    if (is_suffix && item->object_bytes != 0) {
        ask_size(item);
    } else {
        item->moved = item->length = 0;
        end_want(asked->host, item, ALI_OK, asked->status);
    }
}

// A body ended, or was ended.
static void settle_body(request *asked, want *item, CURLcode code) {
    const bool is_empty = code == CURLE_OK && !asked->is_checked;
    if (is_empty) asked->stop = check_head(asked);
    item = asked->want;
    if (item == NULL) return;
    if (asked->stop == STOP_REFUSED) {
        fail_want(asked, item, code);
    } else if (asked->stop == STOP_CHANGED && item->op.etag_bytes != 0) {
        item->moved = item->told;
        end_want(asked->host, item, ALI_OK, asked->status);
    } else if (asked->stop == STOP_CHANGED) {
        retry_or_end(asked, item, CURLE_OK);
    } else if (item->start != ALI_UNKNOWN && item->moved == item->length) {
        end_want(asked->host, item, ALI_OK, asked->status);
    } else if (item->object->has_no_suffix && item->moved == 0 && !item->is_explicit &&
               (item->op.flags & ALI_OP_FROM_END) != 0) {
        ask_size(item);
    } else {
        // The body was cut, or the server gave less than was asked: the rest is asked for.
        retry_or_end(asked, item, code == CURLE_OK ? CURLE_PARTIAL_FILE : code);
    }
}

static bool does_not_know_suffixes(long status) {
    return status == 400 || status == 405 || status == 501;
}

static void settle_want(request *asked, want *item, CURLcode code) {
    const long status = asked->status;
    const bool is_stopped = asked->stop != STOP_NONE;
    if (code != CURLE_OK && !is_stopped && asked->ignored_bytes <= ERROR_BODY_BYTES) {
        const bool is_retried = asked->is_silent ||
                                is_broken_connection(code, item->object->is_reached);
        if (is_retried) {
            retry_or_end(asked, item, code);
        } else {
            fail_want(asked, item, code);
        }
        return;
    }
    item->object->is_reached = true;
    if (status >= 301 && status <= 308 && status != 304) {
        follow(asked, item);
    } else if (is_worth_a_retry(status)) {
        retry_or_end(asked, item, CURLE_OK);
    } else if (item->ask != ASK_RANGE) {
        settle_size(asked, item);
    } else if (is_success(status)) {
        settle_body(asked, item, is_stopped ? CURLE_OK : code);
    } else if (status == 416) {
        settle_unsatisfiable(asked, item);
    } else if (item->start == ALI_UNKNOWN && does_not_know_suffixes(status)) {
        ask_size(item);
    } else {
        fail_want(asked, item, CURLE_OK);
    }
}

// --- the spool ------------------------------------------------------------------------------------

static void fail_spool(ali_host *host, const request *asked, site *object, CURLcode code) {
    want *next = NULL;
    for (want *item = host->http->wants; item != NULL; item = next) {
        next = item->next;
        if (item->object != object || !item->is_spooled) continue;
        tell_failure(host, item->op.op_id, asked, code, object->spool_tries);
        end_want(host, item, ALI_ERR_HOST, asked->status);
    }
    if (object->spool_fd >= 0) (void)close(object->spool_fd);
    object->spool_fd = -1;
    object->spool = SPOOL_NONE;
    object->spool_tries = 0;
}

static void settle_spool(request *asked, CURLcode code) {
    ali_host *host = asked->host;
    site *object = asked->object;
    const bool is_whole =
        code == CURLE_OK && is_success(asked->status) &&
        (object->object_bytes == ALI_UNKNOWN || object->object_bytes == object->spool_bytes);
    if (is_whole) {
        object->object_bytes = object->spool_bytes;
        object->spool = SPOOL_DONE;
        return;
    }
    object->spool_tries += 1;
    const int64_t due = next_try_ms(asked, object->spool_tries);
    const bool is_retried = asked->stop == STOP_CHANGED || asked->is_silent ||
                            is_worth_a_retry(asked->status) || is_broken_connection(code, true);
    if (!is_retried || asked->stop == STOP_SPOOL_FAILED || due < 0 ||
        object->spool_tries > host->retries) {
        fail_spool(host, asked, object, code);
        return;
    }
    host->http_retries += 1;
    object->spool = SPOOL_WAITING;
    object->spool_due_ms = due;
}

// Answers a want out of the spool if all of it is there. False on an error of reading.
static bool take_from_spool(want *item) {
    const site *object = item->object;
    while (item->moved < item->length) {
        const ssize_t count = pread(object->spool_fd, item->op.data + item->moved,
                                    (size_t)(item->length - item->moved),
                                    (off_t)(item->start + item->moved));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        item->moved += (uint64_t)count;
    }
    return true;
}

static void serve_spooled(ali_host *host, want *item) {
    const site *object = item->object;
    if (object->spool == SPOOL_NONE) {
        item->is_spooled = false;
        return;
    }
    if (object->object_bytes == ALI_UNKNOWN) return;
    learn_size(item, object->object_bytes);
    if (item->op.kind == ALI_OP_STAT) item->length = 0;
    const bool is_there = object->spool == SPOOL_DONE ||
                          item->start + item->length <= object->spool_bytes;
    if (!is_there) return;
    item->etag = object->etag;
    item->moved = 0;
    if (take_from_spool(item)) {
        end_want(host, item, ALI_OK, 200);
        return;
    }
    ali_host_note(host, item->op.op_id, "the kept file could not be read: %s", strerror(errno));
    end_want(host, item, ALI_ERR_HOST, 0);
}

// --- turns ----------------------------------------------------------------------------------------

static void begin_request(ali_host *host, want *item) {
    const bool is_suffix = item->start == ALI_UNKNOWN && item->ask == ASK_RANGE &&
                           !item->is_explicit;
    if (is_suffix && item->object->has_no_suffix) ask_size(item);
    if (send_request(host, item, NULL)) return;
    ali_host_note(host, item->op.op_id, "no memory is left for a request");
    end_want(host, item, ALI_ERR_HOST, 0);
}

// Sends what is due, at most REQUESTS_MAX at once.
static void begin_due(ali_host *host) {
    host_http *http = host->http;
    const int64_t now = ali_host_now_ms();
    for (site *object = http->sites; object != NULL; object = object->next) {
        if (object->spool != SPOOL_WAITING || object->spool_due_ms > now) continue;
        if (send_request(host, NULL, object)) object->spool = SPOOL_RUNNING;
    }
    want *next = NULL;
    for (want *item = http->wants; item != NULL; item = next) {
        next = item->next;
        if (item->request != NULL) continue;
        if (!item->is_spooled && item->object->spool != SPOOL_NONE) item->is_spooled = true;
        if (item->is_spooled) {
            serve_spooled(host, item);
        } else if (item->due_ms <= now && http->running < REQUESTS_MAX) {
            begin_request(host, item);
        }
    }
}

// Time in which nobody listened is no silence of the server.
static void forgive_absence(host_http *http) {
    const int64_t now = ali_host_now_ms();
    const int64_t absence = now - http->turn_ms;
    http->turn_ms = now;
    if (absence < 1000) return;
    for (request *asked = http->requests; asked != NULL; asked = asked->next) {
        asked->heard_ms = asked->heard_ms + absence < now ? asked->heard_ms + absence : now;
    }
}

// Ends requests that have heard nothing for too long.
static void end_silent(ali_host *host) {
    const int64_t now = ali_host_now_ms();
    request *next = NULL;
    for (request *asked = host->http->requests; asked != NULL; asked = next) {
        next = asked->next;
        if (now - asked->heard_ms < (int64_t)host->timeout_ms) continue;
        asked->is_silent = true;
        want *item = asked->want;
        if (item != NULL) item->request = NULL;
        asked->want = NULL;
        if (item != NULL) settle_want(asked, item, CURLE_OPERATION_TIMEDOUT);
        if (asked->object != NULL) settle_spool(asked, CURLE_OPERATION_TIMEDOUT);
        free_request(asked);
    }
}

static void settle(request *asked, CURLcode code) {
    curl_easy_getinfo(asked->easy, CURLINFO_RESPONSE_CODE, &asked->status);
    want *item = asked->want;
    if (asked->object != NULL) {
        settle_spool(asked, code);
    } else if (item != NULL) {
        item->request = NULL;
        settle_want(asked, item, code);
        asked->want = NULL;
        if (asked->object != NULL) settle_spool(asked, code); // an empty body
    }
    free_request(asked);
}

static void collect(ali_host *host) {
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(host->http->multi, &left);
    while (message != NULL) {
        if (message->msg == CURLMSG_DONE) {
            char *asked = NULL;
            const CURLcode code = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &asked);
            settle((request *)(void *)asked, code);
        }
        message = curl_multi_info_read(host->http->multi, &left);
    }
}

void ali_host_http_turn(ali_host *host, int wait_ms) {
    if (host->http == NULL || host->http->wants == NULL) return;
    host_http *http = host->http;
    const uint64_t answers = host->answers;
    forgive_absence(http);
    begin_due(host);
    int running = 0;
    (void)curl_multi_perform(http->multi, &running);
    collect(host);
    if (host->answers == answers && wait_ms > 0) {
        begin_due(host);
        (void)curl_multi_poll(http->multi, NULL, 0, wait_ms, NULL);
        (void)curl_multi_perform(http->multi, &running);
        collect(host);
    }
    end_silent(host);
    begin_due(host);
}

bool ali_host_http_is_busy(const ali_host *host, const ali_task *task) {
    if (host->http == NULL) return false;
    for (const want *item = host->http->wants; item != NULL; item = item->next) {
        if (item->task == task) return true;
    }
    return false;
}

// A URL is opened anew: what was kept of the whole object is not used for it.
void ali_host_http_forget(ali_host *host, const char *url) {
    if (host->http == NULL) return;
    for (site *object = host->http->sites; object != NULL; object = object->next) {
        if (strcmp(object->url, url) != 0 || object->spool != SPOOL_DONE) continue;
        (void)close(object->spool_fd);
        object->spool_fd = -1;
        object->spool = SPOOL_NONE;
        object->spool_tries = 0;
    }
}

static void start_curl(void) {
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool start_http(ali_host *host) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (host->http != NULL) return true;
    (void)pthread_once(&once, start_curl);
    host_http *made = ali_host_allocate(host, sizeof *made);
    if (made == NULL) return false;
    memset(made, 0, sizeof *made);
    made->multi = curl_multi_init();
    if (made->multi == NULL) {
        ali_host_release(host, made, sizeof *made);
        return false;
    }
    host->http = made;
    return true;
}

static want *new_want(ali_host *host, ali_task *task, const ali_op *op) {
    if (!start_http(host)) return NULL;
    site *object = find_site(host, op->path, op->path_bytes);
    want *item = object != NULL ? ali_host_allocate(host, sizeof *item) : NULL;
    if (item == NULL) return NULL;
    memset(item, 0, sizeof *item);
    item->task = task;
    item->op = *op;
    item->object = object;
    item->ask = op->kind == ALI_OP_STAT ? ASK_HEAD : ASK_RANGE;
    restart_want(item);
    return item;
}

void ali_host_http_carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    want *item = new_want(host, task, op);
    if (item == NULL) {
        ali_host_note(host, op->op_id, "no memory is left for a request");
        const ali_answer answer = ali_host_answer_to(op, ALI_ERR_HOST);
        ali_host_give(host, task, &answer);
        return;
    }
    want **link = &host->http->wants;
    while (*link != NULL && (*link)->op.priority <= op->priority) link = &(*link)->next;
    item->next = *link;
    *link = item;
}

void ali_host_http_drop(ali_host *host, const ali_task *task) {
    if (host->http == NULL) return;
    request *following = NULL;
    for (request *asked = host->http->requests; asked != NULL; asked = following) {
        following = asked->next;
        const bool is_dropped = asked->want != NULL && (task == NULL || asked->want->task == task);
        if (is_dropped) free_request(asked);
    }
    want *next = NULL;
    for (want *item = host->http->wants; item != NULL; item = next) {
        next = item->next;
        if (task == NULL || item->task == task) end_want(host, item, ALI_ERR_HOST, 0);
    }
}

void ali_host_http_clear(ali_host *host) {
    host_http *http = host->http;
    if (http == NULL) return;
    ali_host_http_drop(host, NULL);
    while (http->requests != NULL) free_request(http->requests);
    while (http->sites != NULL) {
        site *object = http->sites;
        http->sites = object->next;
        if (object->spool_fd >= 0) (void)close(object->spool_fd);
        ali_host_release_text(host, object->url);
        ali_host_release(host, object, sizeof *object);
    }
    (void)curl_multi_cleanup(http->multi);
    ali_host_release(host, http, sizeof *http);
    host->http = NULL;
}
