// redact.js: texts for people without what a URL may hold of secrets: user name, password, query
// and fragment. That something was left out at the end stands as `?…`, as in the native twin.

/**
 * What may be shown of a URL, or of a text that should have been one.
 * @param {string | URL} source
 */
export function redacted(source) {
    const text = String(source)
    if (/^\s*data:/i.test(text)) return 'data:…'
    try {
        const { protocol, host, pathname, search, hash } = new URL(text)
        const rest = search === '' && hash === '' ? '' : '?…'
        if (host !== '' || protocol === 'file:') return `${protocol}//${host}${pathname}${rest}`
    } catch {
        // Not absolute, or no URL at all: what stands before the last @ may be a password.
    }
    const [shown] = text.split(/[?#]/, 1)
    return shown.slice(shown.lastIndexOf('@') + 1) + (shown.length < text.length ? '?…' : '')
}

/** Somebody else's sentence, its URLs redacted. @param {string} sentence */
export function redactedSentence(sentence) {
    return sentence.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, redacted)
}
