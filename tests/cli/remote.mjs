// Cases of the command that speak of servers: what is refused, and that no secret is told. Servers
// that answer are those of tests/services.
export const cases = [
    [
        'a server that is not there',
        ['info', 'http://127.0.0.1:1/x.parquet?token=secret'],
        {
            code: 4,
            err: (text) =>
                /x\.parquet\?…: .*connect to server, so the file's last /i.test(text) &&
                !text.includes('secret')
                    ? ''
                    : 'not as expected',
        },
    ],
    [
        'a password in a URL is not told',
        ['info', 'http://me:secret@127.0.0.1:1/x'],
        {
            code: 2,
            err:
                'alimentar: http://127.0.0.1:1/x: a name or a password in an argument can be ' +
                'seen by others: give them in .netrc, or as a header by --header-file or ' +
                'ALIMENTAR_HEADERS\n',
        },
    ],
    [
        'headers of the environment that are none',
        ['info', 'http://127.0.0.1:1/x'],
        {
            code: 2,
            environment: { ALIMENTAR_HEADERS: 'secret' },
            err: 'alimentar: ALIMENTAR_HEADERS: its lines must be "name: value"\n',
        },
    ],
    [
        'a header file that is not there',
        ['info', '--header-file', '@nothing', '@people.parquet'],
        { code: 3, err: /nothing: it cannot be read: No such file/ },
    ],
    [
        'a header file that is none',
        ['info', '--header-file', '@badheaders', '@people.parquet'],
        { code: 2, err: /badheaders: its lines must be "name: value"/ },
    ],
]
