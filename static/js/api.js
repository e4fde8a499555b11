// The description of the API, to read and to try. Calls from here go with the session of the browser and its CSRF token.

const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  layout: "BaseLayout",
  presets: [window.SwaggerUIBundle.presets.apis],
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = place.dataset.csrf;
    return request;
  },
});
