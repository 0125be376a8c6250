# Broker, processor and gateway, a target each:  docker build --target processor .
# For amd64 and arm64, each built on its own kind (or emulated):  docker buildx build --platform linux/amd64,linux/arm64 --target processor .
# Debian with glibc, since that is what DuckDB's and the radios' prebuilt binaries are for. No package's install script runs.
ARG NODE=22.22.3-bookworm-slim

# What npm looks at, and nothing else: packages are installed anew when these change, not with every line of code.
FROM node:${NODE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete

FROM node:${NODE} AS build
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --ignore-scripts
COPY . .
RUN node start/bootstrap.mjs build-only
# Tests and what only compilers read stay behind.
RUN find */dist -type f \( -name '*.test.*' -o -name '*.contract.js' -o -name '*.d.ts' -o -name '*.map' -o -name '.*' \) -delete \
  && rm -rf cloud-processor/dist/bench cloud-processor/dist/test-data edge-gateway/dist/test-support broker/dist/test-support

# Of each part the packages that it runs with. The compiler would come along as the optional wish of one of them.
FROM node:${NODE} AS broker-packages
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --include-workspace-root --workspace contract --workspace broker \
  && rm -rf node_modules/typescript node_modules/@typescript

FROM node:${NODE} AS processor-packages
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --include-workspace-root --workspace contract --workspace cloud-processor \
  && rm -rf node_modules/typescript node_modules/@typescript

FROM node:${NODE} AS gateway-packages
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --include-workspace-root --workspace contract --workspace edge-gateway \
  && rm -rf node_modules/typescript node_modules/@typescript

# What every part is started by. Whatever is written goes to /data, which belongs to nobody's root.
FROM node:${NODE} AS base
ENV NODE_ENV=production
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY package.json start/healthcheck.mjs ./
COPY --from=build /app/start/dist start/dist
COPY start/help start/help
COPY start/lock.mjs start/
COPY --from=build /app/contract/package.json contract/
COPY --from=build /app/contract/dist contract/dist
USER node

FROM base AS broker
COPY --from=broker-packages /app/node_modules node_modules
COPY --from=build /app/broker/package.json broker/
COPY --from=build /app/broker/dist broker/dist
CMD ["node", "start/dist/main.js", "broker"]

FROM base AS processor
COPY --from=processor-packages /app/node_modules node_modules
COPY --from=processor-packages /app/cloud-processor/node_modules cloud-processor/node_modules
COPY --from=build /app/cloud-processor/package.json cloud-processor/
COPY --from=build /app/cloud-processor/dist cloud-processor/dist
COPY --from=build /app/cloud-processor/registry/migrations cloud-processor/registry/migrations
COPY --from=build /app/cloud-processor/registry/books/migrations cloud-processor/registry/books/migrations
COPY --from=build /app/leaderboard/dist leaderboard/dist
# What the clock of the machine is worth.
COPY --from=build /app/edge-gateway/dist/clock edge-gateway/dist/clock
CMD ["node", "start/dist/main.js", "processor"]

FROM base AS gateway
COPY --from=gateway-packages /app/node_modules node_modules
COPY --from=build /app/edge-gateway/package.json edge-gateway/
COPY --from=build /app/edge-gateway/dist edge-gateway/dist
CMD ["node", "start/dist/main.js", "gateway"]
