# The gateway as an image: production dependencies only, not root, and able to run on a read-only file system.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY views views
COPY schema schema
RUN npm run build
RUN npm prune --omit=dev

FROM node:24-slim
# FEDGATE_HOST: inside a container, loopback cannot be reached from outside.
ENV NODE_ENV=production \
    FEDGATE_HOST=0.0.0.0 \
    XDG_STATE_HOME=/var/lib
WORKDIR /opt/fedgate
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY views views
COPY schema schema
COPY deploy deploy
# Keys made at first start go here when the configuration is here; the demo keeps its own in this folder too.
RUN mkdir -p /var/lib/fedgate /etc/fedgate/state && chown node:node /var/lib/fedgate /etc/fedgate/state
VOLUME /var/lib/fedgate
USER node
EXPOSE 8080
# Set FEDGATE_HEALTH_URL where the gateway listens on another port or uses TLS itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["node", "/opt/fedgate/deploy/healthcheck.mjs"]
# Without a shell in between, so that the stop signal arrives.
ENTRYPOINT ["node", "/opt/fedgate/dist/main.js"]
CMD ["serve", "--config", "/etc/fedgate/fedgate.yaml"]
