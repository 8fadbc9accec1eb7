// @vitest-environment happy-dom

import { select } from 'd3-selection'
import { type D3ZoomEvent, zoom, zoomIdentity, zoomTransform } from 'd3-zoom'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { interpolate, interpolateZoom } from './interpolate'
import { Transition } from './transition'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function scene() {
  const element = document.createElement('div')
  const seen: string[] = []
  const behaviour = zoom<HTMLDivElement, unknown>().extent([
    [0, 0],
    [800, 600],
  ])
  behaviour.on('start end', (event: D3ZoomEvent<HTMLDivElement, unknown>) => seen.push(event.type))
  const chosen = select(element).call(behaviour)
  const glide = () => (chosen as unknown as { transition(): Transition }).transition()
  return { element, behaviour, chosen, glide, seen }
}

const TARGET = zoomIdentity.translate(-300, 40).scale(2)

test('a view glides to another, and arrives exactly', async () => {
  const { element, behaviour, glide, seen } = scene()
  const ended = vi.fn()
  expect(glide()).toBeInstanceOf(Transition)
  behaviour.transform(glide().duration(200).on('end', ended) as never, TARGET)
  expect(zoomTransform(element)).toEqual(zoomIdentity)
  await vi.advanceTimersByTimeAsync(120)
  expect(zoomTransform(element).k).toBeGreaterThan(1)
  expect(zoomTransform(element).k).toBeLessThan(2)
  await vi.advanceTimersByTimeAsync(200)
  expect(zoomTransform(element)).toEqual(TARGET)
  expect(ended).toHaveBeenCalledOnce()
  expect(seen).toEqual(['start', 'end'])
})

test('another movement stops the glide where it is', async () => {
  const { element, behaviour, chosen, glide, seen } = scene()
  const ended = vi.fn()
  behaviour.transform(glide().duration(200).on('end', ended) as never, TARGET)
  await vi.advanceTimersByTimeAsync(100)
  behaviour.transform(chosen, zoomIdentity)
  await vi.advanceTimersByTimeAsync(300)
  expect(zoomTransform(element)).toEqual(zoomIdentity)
  expect(ended).not.toHaveBeenCalled()
  expect(seen).toEqual(['start', 'end', 'start', 'end'])
})

test('of two glides the later one counts', async () => {
  const { element, behaviour, glide } = scene()
  behaviour.transform(glide().duration(200) as never, TARGET)
  behaviour.scaleTo(glide().duration(50) as never, 3)
  await vi.advanceTimersByTimeAsync(400)
  expect(zoomTransform(element).k).toBe(3)
})

test('a glide begins and ends where it should, and takes the middle along evenly', () => {
  const way = interpolateZoom([0, 0, 100], [50, 20, 400])
  expect(way(0)).toEqual([0, 0, 100])
  expect(way(1).map(Math.round)).toEqual([50, 20, 400])
  expect(way(0.5)[2]).toBeCloseTo(200)
  expect(interpolateZoom([0, 0, 100], [50, 20, 100])(0.5)).toEqual([25, 10, 100])
  expect(interpolate([0, 10], [10, 20])(0.5)).toEqual([5, 15])
})
