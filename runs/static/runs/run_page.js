// Keeps the page of a run up to date: paints what events say, fetches the rest anew.

const SOONEST_MS = 500
const LONGEST_TEXT = 200_000
const FIRST_RETRY_MS = 2_000, LAST_RETRY_MS = 30_000
const OVER = new Set(["completed", "error", "cancelled"])
const CLOSING = "WF_SERVER_CLOSING"
const SETTLED = new Set(["complete", "error", "skipped", "cancelled", "waiting"])
const TELLING = ["node_attempt", "tool_call_start", "tool_call_end", "model_usage"]

const root = document.querySelector("[data-run-page]")
const part = name => root.querySelector(`[data-part="${name}"]`)
const head = () => part("head")
const hasEnded = () => head().dataset.ended === "yes"
// Who did not look, or was cut off, has not heard all that the picture is painted by.
const isBehind = () => lastSeq < Number(head().dataset.last)
const isOver = () => hasEnded() && !isBehind()

// --- The picture ---

const collect = (attribute, name) =>
    new Map(Array.from(root.querySelectorAll(`[${attribute}]`), e => [e.dataset[name], e]))
const nodes = collect("data-node-id", "nodeId")
const edges = collect("data-edge-id", "edgeId")

function paintNode(id, state) {
    const node = nodes.get(id)
    if (!node || node.dataset.state === state) return
    node.dataset.state = state
    const said = node.querySelector("desc")
    if (said) said.textContent = state
}

function paintEdge(id, state) {
    const edge = edges.get(id)
    if (edge) edge.dataset.state = state
}

function paintEnd() {
    for (const [id, node] of nodes)
        if (["running", "waiting"].includes(node.dataset.state)) paintNode(id, "cancelled")
    for (const edge of edges.values())
        if (edge.dataset.state === "active") edge.dataset.state = "idle"
}

function paintSelection() {
    const chosen = root.querySelector("[data-drawer]").dataset.drawer
    for (const [id, node] of nodes)
        if (id === chosen) node.dataset.selected = "true"
        else delete node.dataset.selected
}

// --- Streamed text ---

const texts = new Map()
let isPainting = false

function paintTexts() {
    isPainting = false
    const stream = root.querySelector("[data-stream]")
    if (!stream) return
    const text = texts.get(stream.dataset.stream)
    stream.hidden = !text
    if (!text) return
    const shown = stream.querySelector("pre")
    const isAtEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 8
    shown.textContent = text
    if (isAtEnd) shown.scrollTop = shown.scrollHeight
}

function paintTextsSoon() {
    if (isPainting) return
    isPainting = true
    requestAnimationFrame(paintTexts)
}

// --- Parts that the server renders ---

function keyOf(node) {
    return node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key || node.id : ""
}

function fits(old, fresh) {
    return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName
        && keyOf(old) === keyOf(fresh)
}

// Makes `old` like `fresh`, and leaves alone what is: focus, scroll, what is folded out
// or typed in.
function morph(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
        if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue
        return
    }
    if (old.hasAttribute("data-keep")) return
    for (const {name} of Array.from(old.attributes))
        if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name)
    for (const {name, value} of fresh.attributes)
        if (old.getAttribute(name) !== value) old.setAttribute(name, value)
    morphChildren(old, fresh)
}

function morphChildren(old, fresh) {
    const keyed = new Map()
    for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child)
    let next = old.firstChild
    for (const wanted of Array.from(fresh.childNodes)) {
        let found = next
        if (!next || !fits(next, wanted)) {
            found = keyed.get(keyOf(wanted))
            if (!found || !fits(found, wanted)) found = null
        }
        if (!found) {
            old.insertBefore(document.adoptNode(wanted), next)
            continue
        }
        if (found === next) next = next.nextSibling
        else old.insertBefore(found, next)
        morph(found, wanted)
    }
    while (next) {
        const rest = next.nextSibling
        next.remove()
        next = rest
    }
}

let fetching = null, soon = 0, notBefore = 0, later = 0

function refreshSoon() {
    if (soon || document.hidden) return
    const wait = Math.max(notBefore - performance.now(), 0)
    soon = setTimeout(() => { soon = 0; refreshNow() }, wait)
}

function refresh() {
    if (!fetching) fetching = fetchTimed().finally(() => { fetching = null })
    return fetching
}

// What is being fetched may be of another place.
async function refreshNow() {
    await fetching
    await refresh()
}

async function fetchTimed() {
    clearTimeout(later)
    const began = performance.now()
    try {
        await fetchParts()
    } catch {
        say("lost", "Connection lost, trying again…")
    }
    const took = performance.now() - began
    // A page that is slow to make is made less often.
    notBefore = performance.now() + Math.max(SOONEST_MS, 4 * took)
    refreshLater(took)
}

// Not all is told by an event: queues, leases, and the clock.
function refreshLater(took = 0) {
    clearTimeout(later)
    if (!hasEnded())
        later = setTimeout(refreshSoon, Math.max(Number(head().dataset.pace), 10 * took))
}

async function fetchParts() {
    const address = new URL(location.href)
    address.searchParams.set("part", "live")
    address.hash = ""
    const answer = await fetch(address, {credentials: "same-origin"})
    if (answer.redirected || !answer.ok) {
        if (answer.redirected || [401, 403, 404].includes(answer.status)) leave()
        throw new Error(`The server answered ${answer.status}.`)
    }
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html")
    for (const fresh of parsed.querySelectorAll("[data-part]"))
        morph(part(fresh.dataset.part), fresh)
    document.title = `${head().dataset.title} | ${document.title.split(" | ").pop()}`
    paintSelection()
    paintTexts()
    if (isOver()) end()
    else if (source?.readyState === EventSource.OPEN) say("on", "Live")
    else follow()
}

// --- The stream ---

let source = null, retry = 0, pause = FIRST_RETRY_MS, lastSeq = Number(root.dataset.seq)
let isGone = false

function say(state, words) {
    if (isGone) return
    const live = root.querySelector("[data-live]")
    live.dataset.live = state
    if (live.textContent !== words) live.textContent = words
}

function follow() {
    if (source || retry || isGone || document.hidden) return
    source = new EventSource(`${root.dataset.events}?chunks=delta&after=${lastSeq}`)
    source.onopen = () => {
        // Each stream tells the texts from their beginning.
        texts.clear()
        pause = FIRST_RETRY_MS
        say("on", "Live")
    }
    source.onerror = () => {
        say("lost", "Connection lost, trying again…")
        if (source.readyState === EventSource.CLOSED) followLater()
    }
    listen(source)
}

// The browser has given up: the server refused, or there is nothing more to tell.
function followLater() {
    unfollow()
    refreshSoon()
    retry = setTimeout(() => { retry = 0; if (!isOver()) follow() }, pause)
    pause = Math.min(2 * pause, LAST_RETRY_MS)
}

function unfollow() {
    source?.close()
    source = null
}

function end() {
    unfollow()
    clearTimeout(retry)
    retry = 0
    texts.clear()
    paintTexts()
    paintEnd()
    say("off", "")
}

function leave() {
    say("lost", "The page can no longer be brought up to date. Reload it.")
    isGone = true
    unfollow()
}

function on(stream, name, hear) {
    stream.addEventListener(name, event => {
        if (event.lastEventId) lastSeq = Math.max(lastSeq, Number(event.lastEventId))
        hear(JSON.parse(event.data))
    })
}

function listen(stream) {
    on(stream, "node_status", ({nodeId, status}) => {
        paintNode(nodeId, status)
        if (SETTLED.has(status) && texts.delete(nodeId)) paintTextsSoon()
        refreshSoon()
    })
    on(stream, "edge_status", ({edgeId, status}) => paintEdge(edgeId, status))
    on(stream, "node_chunk", ({nodeId, delta}) => {
        texts.set(nodeId, ((texts.get(nodeId) ?? "") + delta).slice(-LONGEST_TEXT))
        paintTextsSoon()
    })
    on(stream, "run_status", ({status, error}) => {
        // The server goes, and the run goes on: the browser comes back by itself.
        if (error?.code === CLOSING) return
        if (OVER.has(status)) { unfollow(); paintEnd() }
        refreshSoon()
    })
    on(stream, "node_attempt", ({nodeId}) => { texts.delete(nodeId); paintTextsSoon() })
    for (const name of TELLING) on(stream, name, refreshSoon)
}

// --- The reader ---

let opener = null

// Links within the page change its address and what it shows, without loading it anew.
root.addEventListener("click", async event => {
    const link = event.target.closest("a[href^='?']")
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)
    if (!isPlain || !link || link.hasAttribute("data-plain")) return
    const address = link.getAttribute("href")
    event.preventDefault()
    opener = link
    history.pushState(null, "", address)
    await refreshNow()
    if (address.endsWith("#node")) {
        const drawer = root.querySelector("[data-drawer]")
        drawer.focus({preventScroll: true})
        drawer.scrollIntoView({block: "nearest", behavior: "smooth"})
    }
})

// Back from the node to where it was chosen.
root.addEventListener("keydown", event => {
    const isAsking = root.querySelector(":popover-open")
    if (event.key !== "Escape" || isAsking || !event.target.closest("[data-drawer]")) return
    const lane = root.querySelector(".run-lane[data-selected] a")
    const back = opener?.isConnected ? opener : lane
    back?.focus()
})

addEventListener("popstate", refreshNow)
addEventListener("pagehide", unfollow)
addEventListener("pageshow", event => { if (event.persisted) refresh() })
document.addEventListener("visibilitychange", () => {
    // A browser has few connections to a server; who does not look needs none.
    if (document.hidden) unfollow()
    else if (!hasEnded()) refreshSoon()
})

// The answer to a form that was filled in wrongly has the address of the form.
if (location.pathname !== root.dataset.page) history.replaceState(null, "", root.dataset.page)

if (!hasEnded()) {
    say("wait", "Connecting…")
    follow()
    refreshLater()
}
