// The editor's own canvas takes the place of a graph's picture: to look at, not to change.

const page = document.documentElement
const theme = () => (page.classList.contains('dark') ? 'dark' : 'light')

for (const frame of document.querySelectorAll('[data-editor]')) void show(frame)

async function show(frame) {
    const { createWorkflowEditor } = await import(frame.dataset.editor)
    const [picture, canvas, data] = frame.children
    const { graph, nodeTypes, links } = JSON.parse(data.textContent)
    const editor = createWorkflowEditor(canvas, {
        persistence: { load: async () => ({ graph }) },
        server: null,
        catalog: { nodeTypes, models: { llm: [], imageGeneration: [] }, tools: {} },
        readOnly: true,
        theme: theme(),
        onOpen: (id) => location.assign(links[id]),
        onReady: () => {
            picture.hidden = true
            canvas.hidden = false
        },
    })
    leaveToThePage(canvas)
    new MutationObserver(() => editor.setTheme(theme())).observe(page, { attributeFilter: ['class'] })
}

// One finger that goes up or down scrolls the page, past the canvas too; sideways and
// with two fingers it moves the graph.
function leaveToThePage(canvas) {
    let from = null, isPages = null
    const early = { capture: true, passive: true }
    canvas.addEventListener('touchstart', ({ touches }) => { [from, isPages] = [touches[0], null] }, early)
    canvas.addEventListener('touchmove', (event) => {
        const [{ clientX, clientY }, second] = event.touches
        if (second) return
        isPages ??= Math.abs(clientY - from.clientY) > Math.abs(clientX - from.clientX)
        if (isPages) event.stopPropagation()
    }, early)
}
