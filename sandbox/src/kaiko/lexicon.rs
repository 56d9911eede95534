//! A small word list of our own, from which the scores are made up. It is no emotion model.

/// The labels, the six core ones first.
pub(crate) const LABELS: [&str; 9] =
    ["joy", "love", "sadness", "anger", "fear", "surprise", "curiosity", "admiration", "realization"];

/// How many of the labels are always shown.
pub(crate) const CORE: usize = 6;

/// Valence and arousal of each label.
pub(crate) const DIMENSIONS: [(f64, f64); 9] = [
    (0.8, 0.65),
    (0.75, 0.45),
    (-0.7, 0.3),
    (-0.75, 0.85),
    (-0.65, 0.75),
    (0.15, 0.8),
    (0.35, 0.6),
    (0.6, 0.5),
    (0.25, 0.45),
];

/// The labels that make wonder.
pub(crate) const WONDER: [usize; 4] = [5, 6, 7, 8];

const JOY: usize = 0;
const LOVE: usize = 1;
const SADNESS: usize = 2;
const ANGER: usize = 3;
const FEAR: usize = 4;
const SURPRISE: usize = 5;
const CURIOSITY: usize = 6;
const ADMIRATION: usize = 7;
const REALIZATION: usize = 8;

/// Words by label and weight. A word with `*` stands for every word that begins so.
const WORDS: &[(usize, f64, &str)] = &[
    (JOY, 1.5, "ecstatic thrilled overjoyed delighted elated jubil*"),
    (
        JOY,
        0.9,
        "happy glad joy* great wonderful fantastic excellent excited celebrat* awesome perfect relief",
    ),
    (JOY, 0.5, "good nice fine pleas* enjoy* fun better smil* relieved calm thanks cheer*"),
    (LOVE, 1.3, "love loves loved adore* beloved"),
    (LOVE, 0.7, "grateful gratitude thank appreciate* dear care caring trust warm* kind friend*"),
    (SADNESS, 1.7, "hopeless worthless devastated heartbroken despair* suicid* grief"),
    (SADNESS, 0.9, "sad lonely alone depress* cry* cried miserable unhappy hurt lost mourn* empty goodbye"),
    (SADNESS, 0.5, "miss tired disappoint* unfortunately regret* sorry down postpon* gave"),
    (ANGER, 1.5, "furious outrage* hate* enraged despise* livid"),
    (ANGER, 0.9, "angry anger mad unacceptable ridiculous stupid idiot* annoy* spam liar scam"),
    (ANGER, 0.5, "frustrat* upset complain* unfair rude stop waste wrong bother*"),
    (FEAR, 1.5, "terrified panic* horrified petrified"),
    (FEAR, 0.9, "afraid scared fear* anxious anxiety worr* dread*"),
    (FEAR, 0.5, "nervous risk* uncertain* unsure doubt* concern* threat* danger* manager"),
    (SURPRISE, 1.2, "shocked astonish* stunned unbelievable"),
    (SURPRISE, 0.7, "surpris* wow sudden* unexpected* amaz* incredible"),
    (CURIOSITY, 0.7, "curious wondering interest* explore* learn* question*"),
    (ADMIRATION, 0.8, "admire* impress* inspir* brilliant respect* proud"),
    (REALIZATION, 0.8, "realize* realise* understand* understood suddenly finally insight*"),
];

pub(crate) const NEGATIONS: &[&str] = &["not", "no", "never", "don't", "isn't", "wasn't", "can't", "without"];
pub(crate) const STRONGER: &[&str] = &["very", "so", "really", "extremely", "absolutely", "totally"];
pub(crate) const WEAKER: &[&str] = &["slightly", "somewhat", "bit", "little", "rather"];

/// Wording that speaks of harming oneself.
pub(crate) const CRISIS: &[&str] =
    &["kill myself", "end my life", "end it all", "suicid", "hurt myself", "don't want to live", "self-harm"];

/// Hostile words with their weight.
pub(crate) const HOSTILE: &[(&str, f64)] = &[
    ("idiot", 0.6),
    ("stupid", 0.45),
    ("shut up", 0.6),
    ("hate you", 0.9),
    ("liar", 0.5),
    ("scam", 0.4),
    ("spam", 0.35),
    ("useless", 0.4),
    ("leave me alone", 0.45),
];

/// What a negated word says: the opposite, and weaker.
pub(crate) fn negated(label: usize) -> (usize, f64) {
    match label {
        JOY | LOVE | ADMIRATION => (SADNESS, 0.6),
        SADNESS | ANGER | FEAR => (JOY, 0.4),
        other => (other, 0.3),
    }
}

/// The label and weight of a word.
pub(crate) fn lookup(word: &str) -> impl Iterator<Item = (usize, f64)> {
    WORDS
        .iter()
        .filter(move |(_, _, known)| {
            known.split(' ').any(|known| match known.strip_suffix('*') {
                Some(stem) => word.starts_with(stem),
                None => word == known,
            })
        })
        .map(|&(label, weight, _)| (label, weight))
}

/// The words of a text in lower case.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|character: char| !character.is_alphanumeric() && character != '\'' && character != '-')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
