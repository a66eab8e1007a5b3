// All that the core uses of rxjs: no other file imports it.
export {
  Observable,
  type Observer,
  type OperatorFunction,
  observable,
  Subscriber,
  type Subscription,
} from 'rxjs'
