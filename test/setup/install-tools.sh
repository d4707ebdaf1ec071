#!/bin/sh
# Installs what the tests need beyond npm, from Debian's own archive. Needs root and apt-get.
set -eu
export DEBIAN_FRONTEND=noninteractive

# simplesamlphp depends on a web server, which Debian would start; PHP's own server is used instead.
POLICY=/usr/sbin/policy-rc.d
if [ ! -e "$POLICY" ]; then
  trap 'rm -f "$POLICY"' EXIT
  printf '#!/bin/sh\nexit 101\n' > "$POLICY"
  chmod +x "$POLICY"
fi

apt-get update -qq
apt-get install -y -qq --no-install-recommends \
  awscli chromium docker-compose fish fonts-dejavu-core libxml2-utils nginx-light opensaml-schemas openssl patch php-cli \
  php-mbstring php-xml prometheus python3-boto3 python3-pysaml2 redis-sentinel redis-server simplesamlphp systemd xmlsec1 \
  xmltooling-schemas zsh
