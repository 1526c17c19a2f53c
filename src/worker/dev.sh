#!/bin/sh
# npm run dev:worker [-- options of `wrangler dev`]: the Worker under the real workerd on http://127.0.0.1:8787, offline. Its
# secrets come from .dev.vars, its state is kept in .wrangler/state, or wherever --persist-to says.
set -eu
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false

persist=''
take=''
for word in "$@"; do
  [ -z "$take" ] || persist=$word
  take=''
  case $word in
    --persist-to) take=yes ;;
    --persist-to=*) persist=${word#--persist-to=} ;;
  esac
done

# The control store first: without its tables nothing can be served. Done again it changes nothing.
CI=true wrangler d1 migrations apply CONTROL --local ${persist:+--persist-to "$persist"}
exec wrangler dev "$@"
