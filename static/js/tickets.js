// Upload tickets of the API: permission to put one photo at an address, in the bucket or on this server.

const TYPES = { png: "image/png", webp: "image/webp", heic: "image/heic", heif: "image/heif" };
const ALLOWED = ["image/jpeg", ...Object.values(TYPES)];

// Some systems do not know HEIC. The server checks the bytes, whatever the type.
function typeOf(file) {
  const ending = file.name.toLowerCase().split(".").pop();
  return ALLOWED.includes(file.type) ? file.type : (TYPES[ending] ?? "image/jpeg");
}

// Returns a ticket, or `{ status, detail }` if there is none. After too many calls, waits as long as the server says.
export async function ticketFor(file, wanted, address, token) {
  const wish = { filename: file.name.slice(-200) || "photo.jpg", contentType: typeOf(file), size: file.size, ...wanted };
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(wish), headers });
  if (answer.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get("Retry-After") || 1) * 1000));
    return ticketFor(file, wanted, address, token);
  }
  const reply = await answer.json();
  return answer.ok ? reply : { status: answer.status, detail: reply.detail };
}

// Uploads the photo to the ticket's address. Returns nothing on success, and rejects without a connection.
export function put(file, ticket, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve(request.status < 300 ? undefined : { status: request.status, detail: "The photo could not be uploaded." });
    request.onerror = request.ontimeout = reject;
    request.send(file);
  });
}
