# The tap alone, for schedulers that run containers:
#
#   docker build -t tap-polar .
#   docker run --rm -e TAP_POLAR_ACCESS_TOKEN tap-polar --config=ENV
FROM node:24.19.0-alpine AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24.19.0-alpine
# One file holds all of the tap. The name tells Node that it is a module.
COPY --from=build /build/dist/tap.js /usr/local/lib/tap-polar.mjs
COPY --from=build /build/LICENSE /build/dist/THIRD-PARTY-LICENSES /usr/local/share/tap-polar/
USER node
WORKDIR /home/node
# Exec form: signals reach the tap itself.
ENTRYPOINT ["node", "/usr/local/lib/tap-polar.mjs"]
