# The collector: JavaScript and production dependencies alone. docker build -t storebeacon .
FROM node:26-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:26-trixie-slim
RUN mkdir /data && chown node:node /data && chmod 0700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/client/dist ./client/dist
COPY --from=build /app/server/dist ./server/dist
ENV NODE_ENV=production DATA_DIR=/data ADMIN_HOST=0.0.0.0
USER node
VOLUME /data
EXPOSE 8787 8788
# The process answers. Whether events can be stored is /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8787) + '/healthz').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which keeps signals to itself.
CMD ["node", "--max-semi-space-size=4", "server/dist/storebeacon.js", "start"]
