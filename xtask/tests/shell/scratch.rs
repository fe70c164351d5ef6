//! A directory for one test.

use std::{
    env, fs,
    ops::Deref,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

/// An empty directory that nobody else uses. It is gone when this is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("workers-ai-shell-{}-{number}", process::id()));
        fs::create_dir_all(&path).expect("a directory for this test");
        Self(path)
    }

    /// Writes a file and the directories it lies in.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("its directory");
        fs::write(path, content).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.join(path)).expect(path)
    }

    /// Every file below it with its content, and every directory without.
    pub(crate) fn all(&self) -> Vec<(PathBuf, Option<String>)> {
        let mut all = Vec::new();
        let mut open = vec![self.0.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path.clone());
                    all.push((path, None));
                } else {
                    let content = fs::read_to_string(&path).expect("a file");
                    all.push((path, Some(content)));
                }
            }
        }
        all.sort();
        all
    }
}

impl Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
