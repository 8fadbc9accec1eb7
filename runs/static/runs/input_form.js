// The form of a workflow's inputs: more places in a list, and a look at a chosen image.

for (const list of document.querySelectorAll('[data-list]')) {
    const button = list.querySelector('[data-add]')
    button.hidden = false
    button.addEventListener('click', () => {
        const elements = list.querySelectorAll('.workflow-element')
        const last = elements[elements.length - 1]
        const another = last.cloneNode(true)
        const control = another.querySelector('input, textarea')
        control.value = ''
        control.id = `${control.id.replace(/_\d+$/, '')}_${elements.length + 1}`
        control.setAttribute(
            'aria-label',
            control.getAttribute('aria-label').replace(/\d+$/, elements.length + 1),
        )
        last.after(another)
        control.focus()
    })
}

for (const image of document.querySelectorAll('[data-image]')) {
    const preview = image.querySelector('img')
    const file = image.querySelector('input[type=file]')
    file.addEventListener('change', () => {
        const [chosen] = file.files
        if (!chosen) {
            preview.hidden = true
            return
        }
        const reader = new FileReader()
        reader.addEventListener('load', () => {
            preview.src = reader.result
            preview.hidden = false
        })
        reader.readAsDataURL(chosen)
    })
}
