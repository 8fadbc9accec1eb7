// The editor's own canvas takes the place of a graph's picture: to look at, not to change.

const page = document.documentElement
const theme = () => (page.classList.contains('dark') ? 'dark' : 'light')

for (const frame of document.querySelectorAll('[data-editor]')) void show(frame)

async function show(frame) {
    const { createWorkflowEditor } = await import(frame.dataset.editor)
    const [picture, canvas, data] = frame.children
    const { graph, nodeTypes } = JSON.parse(data.textContent)
    const editor = createWorkflowEditor(canvas, {
        persistence: { load: async () => ({ graph }) },
        server: null,
        catalog: { nodeTypes, models: { llm: [], imageGeneration: [] }, tools: {} },
        readOnly: true,
        theme: theme(),
        // The picture knows where the settings of each node are.
        onOpen: (id) => location.assign(picture.querySelector(`[data-node-id="${CSS.escape(id)}"] a`).getAttribute('href')),
        onReady: () => {
            picture.hidden = true
            canvas.hidden = false
        },
    })
    new MutationObserver(() => editor.setTheme(theme())).observe(page, { attributeFilter: ['class'] })
}
