// native/host_http.c: byte ranges over HTTP(S) by libcurl's multi interface (RFC 9110: ranges in
// section 14, validators in 8.8, Retry-After in 10.2.3).
//
// A want may take several requests: redirects, retries, the size where a suffix is not understood,
// and the rest of a body that was cut, which goes on at the byte reached under the same validator.
// Where a server answers ranges with the whole object (200), the object is kept in a file without a
// name and all ranges are taken from it: nothing is fetched twice.
//
// Left out: caching across hosts, HTTP authentication beyond what `headers`, the URL and .netrc
// give, multipart/byteranges.
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http.h"

#define REQUESTS_MAX 6u
#define REDIRECTS_MAX 10u
#define BACKOFF_FIRST_MS 200
#define BACKOFF_MOST_MS 10000
#define RETRY_AFTER_MOST_S 120

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

// --- wants and sites -----------------------------------------------------------------------------

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
    ali_host_release(host, item, sizeof *item);
}

// --- what becomes of a request -------------------------------------------------------------------

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

// What curl says of a failure. Of certificates it knows more than of the rest, whose own words name
// times and addresses.
static void tell_curl(ali_host *host, uint64_t op_id, const request *asked, CURLcode code,
                      const char *after) {
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        const bool is_unknown = strstr(asked->trouble, "issuer") != NULL ||
                                strstr(asked->trouble, "self-signed") != NULL ||
                                strstr(asked->trouble, "self signed") != NULL;
        ali_host_note(
            host, op_id, "the server's certificate is not trusted (%s)%s%s", asked->trouble,
            is_unknown ? ": SSL_CERT_FILE names the file of another authority" : "", after);
    } else if (code == CURLE_SSL_CACERT_BADFILE) {
        ali_host_note(host, op_id, "the file of SSL_CERT_FILE or CURL_CA_BUNDLE cannot be used%s",
                      after);
    } else {
        ali_host_note(host, op_id, "%s%s", curl_easy_strerror(code), after);
    }
}

// The words for a try that failed.
static void tell_failure(ali_host *host, uint64_t op_id, const request *asked, CURLcode code,
                         uint32_t tries) {
    char after[48] = "";
    if (tries > 1) (void)snprintf(after, sizeof after, " (%" PRIu32 " tries)", tries);
    if (asked->stop == STOP_SPOOL_FULL) {
        ali_host_note_limit(host, op_id, asked->refusal);
    } else if (asked->stop == STOP_REFUSED || asked->stop == STOP_SPOOL_FAILED) {
        ali_host_note(host, op_id, "%s%s", asked->refusal, after);
    } else if (asked->is_silent) {
        ali_host_note(host, op_id, "the server was silent for %" PRIu32 " ms%s", host->timeout_ms,
                      after);
    } else if (code != CURLE_OK) {
        tell_curl(host, op_id, asked, code, after);
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
        item->redirects = 0;
        return;
    }
    tell_failure(host, item->op.op_id, asked, code, item->tries);
    end_want(host, item, ALI_ERR_HOST, asked->status);
}

static void fail_want(request *asked, want *item, CURLcode code) {
    const bool is_absent = asked->status == 404 || asked->status == 410;
    if (is_absent) {
        ali_host_note(asked->host, item->op.op_id, "HTTP %ld", asked->status);
    } else {
        tell_failure(asked->host, item->op.op_id, asked, code, 1);
    }
    end_want(asked->host, item, is_absent ? ALI_ERR_NOT_FOUND : ALI_ERR_HOST, asked->status);
}

static void forget_target(const ali_host *host, site *object) {
    ali_host_release_text(host, object->target);
    object->target = NULL;
}

// Goes on to where the server redirects. The place is remembered: further requests go there first.
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
        forget_target(host, item->object);
        end_want(host, item, ALI_ERR_HOST, asked->status);
        return;
    }
    char *copied = ali_host_copy_text(host, target, strlen(target));
    if (copied == NULL) {
        ali_host_note(host, item->op.op_id, "no memory is left");
        end_want(host, item, ALI_ERR_HOST, 0);
        return;
    }
    forget_target(host, item->object);
    item->object->target = copied;
}

// Goes on to find the size, after which the tail can be asked for by its place.
static void ask_size(want *item) {
    item->object->has_no_suffix = true;
    item->is_explicit = true;
    if (item->object_bytes != ALI_UNKNOWN) {
        item->ask = ASK_RANGE;
        ali_http_want_place(item, item->object_bytes);
    } else {
        item->ask = item->ask == ASK_RANGE ? ASK_HEAD : ASK_FIRST_BYTE;
    }
}

// HEAD or "bytes=0-0" came back: the object's size.
static void settle_size(request *asked, want *item) {
    uint64_t size = asked->object_bytes;
    if (size == ALI_UNKNOWN && asked->status == 200) size = asked->content_bytes;
    const bool is_known =
        (ali_http_is_success(asked->status) && size != ALI_UNKNOWN && !asked->is_encoded) ||
        (asked->status == 416 && size != ALI_UNKNOWN);
    const bool is_absent = asked->status == 404 || asked->status == 410;
    if (!is_known && item->ask == ASK_HEAD && !is_absent) {
        item->ask = ASK_FIRST_BYTE;
        return;
    }
    if (!is_known && ali_http_is_success(asked->status)) {
        (void)ali_http_refuse(asked, "the server does not tell the file's size");
        asked->stop = STOP_REFUSED;
    }
    if (!is_known) {
        fail_want(asked, item, CURLE_OK);
        return;
    }
    if (ali_http_validator_of(asked)->is_known) item->etag = *ali_http_validator_of(asked);
    ali_http_want_place(item, size);
    item->ask = ASK_RANGE;
    const bool is_done = item->op.kind == ALI_OP_STAT || item->length == 0;
    if (item->op.kind == ALI_OP_STAT) item->moved = item->length = 0;
    if (is_done) end_want(asked->host, item, ALI_OK, asked->status);
}

// The server refuses every range: the whole object is asked for.
static void ask_whole(request *asked, want *item) {
    ali_host *host = asked->host;
    site *object = item->object;
    item->is_spooled = true;
    object->has_no_ranges = true;
    if (object->spool != SPOOL_NONE) return;
    host->warnings |= ALI_HOST_WARNING_NO_RANGES;
    object->spool_bytes = 0;
    object->object_bytes = ALI_UNKNOWN;
    object->spool_due_ms = 0;
    object->spool_fd = ali_host_spool_new();
    if (object->spool_fd >= 0) {
        object->spool = SPOOL_WAITING;
        return;
    }
    ali_host_note(host, item->op.op_id,
                  "the server refuses ranges, and the whole file cannot be kept: %s",
                  strerror(errno));
    end_want(host, item, ALI_ERR_HOST, asked->status);
}

// 416: the range lies outside the object, or the server does not understand it.
static void settle_unsatisfiable(request *asked, want *item) {
    const bool is_suffix = item->start == ALI_UNKNOWN;
    const uint64_t place = is_suffix ? 0 : item->start + item->moved;
    if (asked->object_bytes != ALI_UNKNOWN) ali_http_want_place(item, asked->object_bytes);
    if (item->object_bytes != ALI_UNKNOWN && place >= item->object_bytes) {
        if (ali_http_validator_of(asked)->is_known) item->etag = *ali_http_validator_of(asked);
        item->moved = item->length = 0;
        end_want(asked->host, item, ALI_OK, asked->status);
    } else if (is_suffix) {
        ask_size(item);
    } else {
        ask_whole(asked, item);
    }
}

// A body ended, or was ended.
static void settle_body(request *asked, want *item, CURLcode code) {
    const bool is_empty = code == CURLE_OK && !asked->is_checked;
    if (is_empty) asked->stop = ali_http_check_head(asked);
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

// Tells if a place that was redirected to serves the object no more: links expire.
static bool is_expired(const request *asked) {
    const long status = asked->status;
    return asked->is_remembered &&
           (status == 400 || status == 401 || status == 403 || status == 404 || status == 410);
}

// There was no answer, or not all of one.
static void settle_failure(request *asked, want *item, CURLcode code) {
    if (asked->is_silent || is_broken_connection(code, item->object->is_reached)) {
        retry_or_end(asked, item, code);
    } else {
        fail_want(asked, item, code);
    }
}

static void settle_want(request *asked, want *item, CURLcode code) {
    const long status = asked->status;
    const bool is_stopped = asked->stop != STOP_NONE;
    if (code != CURLE_OK && !is_stopped && asked->ignored_bytes <= ERROR_BODY_BYTES) {
        settle_failure(asked, item, code);
        return;
    }
    item->object->is_reached = true;
    if (is_expired(asked)) {
        forget_target(asked->host, item->object);
    } else if (status >= 301 && status <= 308 && status != 304) {
        follow(asked, item);
    } else if (is_worth_a_retry(status)) {
        retry_or_end(asked, item, CURLE_OK);
    } else if (item->ask != ASK_RANGE) {
        settle_size(asked, item);
    } else if (ali_http_is_success(status)) {
        settle_body(asked, item, is_stopped ? CURLE_OK : code);
    } else if (status == 416) {
        settle_unsatisfiable(asked, item);
    } else if (item->start == ALI_UNKNOWN && does_not_know_suffixes(status)) {
        ask_size(item);
    } else {
        fail_want(asked, item, CURLE_OK);
    }
}

// --- the spool -----------------------------------------------------------------------------------

// Gives the spool up after a request, or (`asked` NULL) for want of memory for one.
static void fail_spool(ali_host *host, const request *asked, site *object, CURLcode code) {
    want *next = NULL;
    for (want *item = host->http->wants; item != NULL; item = next) {
        next = item->next;
        if (item->object != object || !item->is_spooled) continue;
        if (asked != NULL) {
            tell_failure(host, item->op.op_id, asked, code, object->spool_tries);
        } else {
            ali_host_note(host, item->op.op_id, "no memory is left for a request");
        }
        end_want(host, item, ALI_ERR_HOST, asked != NULL ? asked->status : 0);
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
        code == CURLE_OK && ali_http_is_success(asked->status) &&
        (object->object_bytes == ALI_UNKNOWN || object->object_bytes == object->spool_bytes);
    if (is_whole) {
        object->object_bytes = object->spool_bytes;
        object->spool = SPOOL_DONE;
        return;
    }
    if (is_expired(asked)) forget_target(host, object);
    object->spool_tries += 1;
    const int64_t due = next_try_ms(asked, object->spool_tries);
    const bool is_retried = asked->stop == STOP_CHANGED || asked->is_silent ||
                            is_worth_a_retry(asked->status) || is_expired(asked) ||
                            is_broken_connection(code, true);
    if (!is_retried || asked->stop >= STOP_SPOOL_FAILED || due < 0 ||
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
    ali_http_want_place(item, object->object_bytes);
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

// --- turns ---------------------------------------------------------------------------------------

static void begin_request(ali_host *host, want *item) {
    const bool is_suffix = item->start == ALI_UNKNOWN && item->ask == ASK_RANGE &&
                           !item->is_explicit;
    if (is_suffix && item->object->has_no_suffix) ask_size(item);
    if (ali_http_request_send(host, item, NULL)) return;
    ali_host_note(host, item->op.op_id, "no memory is left for a request");
    end_want(host, item, ALI_ERR_HOST, 0);
}

// Sends what is due, at most REQUESTS_MAX at once.
static void begin_due(ali_host *host) {
    host_http *http = host->http;
    const int64_t now = ali_host_now_ms();
    for (site *object = http->sites; object != NULL; object = object->next) {
        if (object->spool != SPOOL_WAITING || object->spool_due_ms > now) continue;
        if (ali_http_request_send(host, NULL, object)) {
            object->spool = SPOOL_RUNNING;
        } else {
            fail_spool(host, NULL, object, CURLE_OK);
        }
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
        ali_http_request_free(asked);
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
    ali_http_request_free(asked);
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
        if (strcmp(object->url, url) != 0) continue;
        forget_target(host, object);
        if (object->spool != SPOOL_DONE) continue;
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
    ali_http_want_restart(item);
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
        if (is_dropped) ali_http_request_free(asked);
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
    while (http->requests != NULL) ali_http_request_free(http->requests);
    while (http->sites != NULL) {
        site *object = http->sites;
        http->sites = object->next;
        if (object->spool_fd >= 0) (void)close(object->spool_fd);
        ali_host_release_text(host, object->url);
        ali_host_release_text(host, object->target);
        ali_host_release(host, object, sizeof *object);
    }
    (void)curl_multi_cleanup(http->multi);
    ali_host_release(host, http, sizeof *http);
    host->http = NULL;
}
