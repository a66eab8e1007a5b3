export const HELP = `Usage: holdfast [options] <url>

Talks to a WebSocket server, and comes back when the connection is lost.

In a terminal each line you type is a message, and what comes is printed. Elsewhere
each line of stdin is a message, stdout has the incoming messages and nothing else,
and stderr tells how it goes:

  tail -f app.log | holdfast wss://example.com/logs

Options
      --token <token>     sign in; other users of this machine can read it in the
                          list of processes (ps): rather use --token-env
      --token-env <name>  sign in with the token in this environment variable
      --via <carrier>     where the token travels: query (as access_token; default),
                          subprotocol (as bearer.<token>), header (Authorization)
      --allow-insecure    let a token travel over ws:// to another host
  -H, --header <line>     a header of the handshake, 'Name: value'; may be repeated,
                          and is as visible as --token
  -p, --protocol <name>   a subprotocol to offer; may be repeated, or a list: a,b
      --retry <n>         failed attempts in a row until it gives up, those that
                          held for less than 5 s too; forever (default); none:
                          do not come back
      --ping <seconds>    ask a quiet server whether it is there (25); none
      --wait <seconds>    stay that long after the end of stdin, for answers (0);
                          forever
      --json              send only lines that are JSON; in a terminal, indent what
                          comes; elsewhere, tell how it goes as lines of JSON
  -q, --quiet             tell only which lines are refused, and how it ends, if
                          not with 0
  -h, --help              show this
  -V, --version           show the version

Keys
  Ctrl-D   sends what waits, closes, and ends
  Ctrl-C   closes now, and says what was not sent; a second one does not wait

Exit codes
  0    everything was sent, and the server has read it
  1    the connection ended for good: by the server's close code, or --retry
  2    the command line is wrong
  3    messages were not sent, or may not have arrived; stderr says how many
  130  ended by Ctrl-C (129 by SIGHUP, 143 by SIGTERM); stderr says what was lost
`
