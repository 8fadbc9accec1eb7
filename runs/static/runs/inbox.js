/** Keeps the count of waiting reviews true on every page, and the inbox with it. */

const SETTLE_MS = 150;
const RETRY_MS = 30000;

const count = document.getElementById("inbox-count");
let feed = null;
let soon = null;
let later = null;

/** The part of the page that lists reviews, as the server would draw it now. */
async function refreshList(list) {
    const response = await fetch(location.href);
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(list.id);
    if (!fresh || fresh.isEqualNode(list)) return;
    const focused = list.contains(document.activeElement) && document.activeElement.id;
    list.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
}

async function refresh() {
    const response = await fetch(count.dataset.url);
    // Redirected to the login: a page with half an answer in it stays as it is.
    if (!response.ok || response.redirected) return;
    count.textContent = (await response.json()).waiting || "";
    const list = document.getElementById("inbox-list");
    if (list) await refreshList(list);
}

/** Several changes come at once: one look is enough for them. */
function refreshSoon() {
    clearTimeout(soon);
    soon = setTimeout(() => refresh().catch(console.warn), SETTLE_MS);
}

function listen() {
    if (feed || document.hidden) return;
    feed = new EventSource(count.dataset.feed);
    feed.addEventListener("open", refreshSoon);
    feed.addEventListener("review", refreshSoon);
    feed.addEventListener("stream-reset", refreshSoon);
    feed.addEventListener("error", () => {
        // The browser comes back by itself unless it was refused.
        if (feed?.readyState !== EventSource.CLOSED) return;
        feed = null;
        clearTimeout(later);
        later = setTimeout(listen, RETRY_MS);
    });
}

/** A hidden page gives its connection back: a browser has few for one server. */
function rest() {
    feed?.close();
    feed = null;
}

if (count) {
    document.addEventListener("visibilitychange", () =>
        document.hidden ? rest() : listen(),
    );
    addEventListener("pagehide", rest);
    addEventListener("pageshow", listen);
    listen();
}
