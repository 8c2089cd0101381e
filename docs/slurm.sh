#!/bin/bash
# One job of an array: its share of the replications. See docs/execution.md for the two commands that submit it.
#SBATCH --job-name=border
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append

if [ -n "$SLURM_ARRAY_TASK_ID" ]; then
    array=execution=array    # index and count come from SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT
fi
exec .venv/bin/python -m sim "$@" $array execution.workers="$SLURM_CPUS_PER_TASK"
