import type { parse } from '@bufbuild/cel'
import { appendName, newListName, roundsName, valuesAStep } from './cel-meter.ts'

export type Expr = ReturnType<typeof parse>['expr']
export type Fold = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']

/** The nodes below a node; `isOutside` those that a macro's variables do not reach. */
export function childrenOf({ exprKind }: Expr): { readonly child: Expr; readonly isOutside?: boolean }[] {
  const inside = (...nodes: (Expr | undefined)[]) => nodes.flatMap((child) => (child === undefined ? [] : [{ child }]))
  switch (exprKind.case) {
    case 'selectExpr':
      return inside(exprKind.value.operand)
    case 'callExpr':
      return inside(exprKind.value.target, ...exprKind.value.args)
    case 'listExpr':
      return inside(...exprKind.value.elements)
    case 'structExpr':
      return inside(
        ...exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === 'mapKey' ? keyKind.value : undefined,
          value,
        ]),
      )
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value
      const outside = inside(iterRange, accuInit).map(({ child }) => ({ child, isOutside: true }))
      return [...outside, ...inside(loopCondition, loopStep, result)]
    }
    default:
      return []
  }
}

/** How many nodes a round evaluates; a macro in it counts its own. */
const sizeOf = (node: Expr): number =>
  1 + childrenOf(node).reduce((sum, { child, isOutside }) => sum + (isInner(node) && !isOutside ? 0 : sizeOf(child)), 0)

const isInner = ({ exprKind }: Expr): boolean => exprKind.case === 'comprehensionExpr'

const call = (id: bigint, name: string, ...args: Expr[]): Expr => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
})

const integer = (id: bigint, value: number): Expr => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'int64Value', value: BigInt(value) } },
  },
})

/** The tree with every macro paying for its rounds before it begins. */
export function metered(node: Expr, accumulator?: string): Expr {
  const { exprKind, id } = node
  const inner = (child: Expr): Expr => metered(child, accumulator)
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand } = exprKind.value
      return operand === undefined
        ? node
        : { ...node, exprKind: { case: 'selectExpr', value: { ...exprKind.value, operand: inner(operand) } } }
    }
    case 'callExpr': {
      const { target, args, function: name } = exprKind.value
      const isCollecting = name === '_+_' && accumulator !== undefined && isNamed(args[0], accumulator)
      const value = {
        ...exprKind.value,
        function: isCollecting ? appendName : name,
        args: args.map(inner),
        ...(target === undefined ? {} : { target: inner(target) }),
      }
      return { ...node, exprKind: { case: 'callExpr', value } }
    }
    case 'listExpr':
      return {
        ...node,
        exprKind: { case: 'listExpr', value: { ...exprKind.value, elements: exprKind.value.elements.map(inner) } },
      }
    case 'structExpr': {
      const entries = exprKind.value.entries.map((entry) => {
        const { keyKind, value } = entry
        return {
          ...entry,
          ...(value === undefined ? {} : { value: inner(value) }),
          ...(keyKind.case === 'mapKey' ? { keyKind: { case: 'mapKey' as const, value: inner(keyKind.value) } } : {}),
        }
      })
      return { ...node, exprKind: { case: 'structExpr', value: { ...exprKind.value, entries } } }
    }
    case 'comprehensionExpr':
      return { ...node, exprKind: { case: 'comprehensionExpr', value: meteredFold(exprKind.value, id) } }
    default:
      return node
  }
}

const isNamed = (node: Expr | undefined, name: string): boolean =>
  node?.exprKind.case === 'identExpr' && node.exprKind.value.name === name

function meteredFold(fold: Fold, id: bigint): Fold {
  const { iterRange, accuInit, loopCondition, loopStep, accuVar } = fold
  if (iterRange === undefined || loopCondition === undefined || loopStep === undefined || accuInit === undefined)
    return fold
  const isCollecting = accuInit.exprKind.case === 'listExpr'
  const steps = Math.ceil((sizeOf(loopCondition) + sizeOf(loopStep)) / valuesAStep)
  return {
    ...fold,
    iterRange: call(id, roundsName, metered(iterRange), integer(id, steps)),
    accuInit: isCollecting ? call(id, newListName) : accuInit,
    loopCondition: metered(loopCondition),
    loopStep: metered(loopStep, isCollecting ? accuVar : undefined),
  }
}
