#!/bin/sh
# Installs what the tests need beyond npm, from Debian's own archive. Needs root and apt-get.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# --no-install-recommends: simplesamlphp would bring a web server, php-cli alone serves it.
apt-get install -y -qq --no-install-recommends \
  awscli chromium fonts-dejavu-core openssl php-cli php-xml php-mbstring php-curl simplesamlphp xmlsec1
