//! What the desk does by itself, again and again: reconcilers.
//!
//! A reconciler takes no input. It looks at what there is and moves it one step nearer to right, so that a
//! start, a period gone by and a failed attempt all take the same path. Each runs alone in its own task:
//! one that fails or panics is logged, counted, and tried again when its period has passed.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

type Run = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// How a task has fared, for the metrics.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) name: &'static str,
    pub(crate) done: AtomicU64,
    pub(crate) failed: AtomicU64,
    /// When it succeeded last, in seconds since 1970; 0 if never.
    pub(crate) last_done: AtomicI64,
}

struct Task {
    record: Arc<Record>,
    period: Duration,
    run: Box<dyn Fn() -> Run + Send>,
}

/// Tasks that wait to be started. Whoever has a reconciler registers it here.
#[derive(Default)]
pub(crate) struct Tasks {
    tasks: Vec<Task>,
}

impl Tasks {
    /// Registers a task: it runs at once and then whenever the period has passed.
    pub(crate) fn every<F>(
        &mut self,
        period: Duration,
        name: &'static str,
        run: impl Fn() -> F + Send + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let record = Arc::new(Record { name, ..Record::default() });
        self.tasks.push(Task { record, period, run: Box::new(move || Box::pin(run())) });
    }

    pub(crate) fn records(&self) -> Vec<Arc<Record>> {
        self.tasks.iter().map(|task| Arc::clone(&task.record)).collect()
    }

    /// Starts them all. They end when `closing` comes true: a run that has begun is finished first.
    pub(crate) fn start(self, closing: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for task in self.tasks {
            running.spawn(again_and_again(task, closing.clone()));
        }
        running
    }
}

async fn again_and_again(task: Task, mut closing: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(task.period);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let name = task.record.name;
    loop {
        tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => return,
            _ = every.tick() => {}
        }
        // In a task of its own, so that a panic ends this run and not the reconciler.
        match tokio::spawn((task.run)()).await {
            Ok(Ok(())) => {
                task.record.done.fetch_add(1, Relaxed);
                task.record.last_done.store(crate::desk::now().as_second(), Relaxed);
            }
            Ok(Err(error)) => {
                task.record.failed.fetch_add(1, Relaxed);
                tracing::error!(task = name, "The task `{name}` failed: {error:#}");
            }
            Err(panicked) => {
                task.record.failed.fetch_add(1, Relaxed);
                tracing::error!(task = name, "The task `{name}` panicked: {panicked}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_fails_or_panics_is_tried_again() {
        let mut tasks = Tasks::default();
        let tried = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&tried);
        let (seen, mut told) = tokio::sync::mpsc::unbounded_channel();
        tasks.every(Duration::from_millis(1), "trial", move || {
            let turn = counted.fetch_add(1, Relaxed);
            let seen = seen.clone();
            async move {
                seen.send(turn)?;
                assert!(turn != 1, "the second run panics");
                if turn == 0 { anyhow::bail!("the first fails") } else { Ok(()) }
            }
        });
        let record = tasks.records().remove(0);
        let (close, closing) = watch::channel(false);
        let mut running = tasks.start(&closing);
        for turn in 0..4 {
            assert_eq!(told.recv().await, Some(turn));
        }
        close.send(true).unwrap();
        running.join_next().await.unwrap().unwrap();
        assert_eq!(record.failed.load(Relaxed), 2);
        assert!(record.done.load(Relaxed) >= 2);
        assert!(record.last_done.load(Relaxed) > 0);
    }
}
