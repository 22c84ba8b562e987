# docker build -t tidings .
# docker run -p 8787:8787 -v ./content:/site/content:ro -v tidings-data:/data -e TIDINGS_URL=https://feeds.example tidings

FROM node:24-slim AS build
WORKDIR /build
# npm 11, whose lock file this is.
RUN npm install --global npm@11
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm pack --pack-destination /packed

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 TIDINGS_CONTENT=/site/content TIDINGS_DATA=/data TIDINGS_LOG=json
WORKDIR /site
COPY --from=build /packed/*.tgz /tmp/
RUN npm install --global --omit=dev /tmp/*.tgz && rm -r /tmp/*.tgz /root/.npm \
  && mkdir -p /site/content /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["tidings", "healthcheck"]
# SIGTERM reaches it as process 1; it ends within ten seconds.
CMD ["tidings", "start"]
